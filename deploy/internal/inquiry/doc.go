// Package inquiry answers the questions of those who own an API's access rules, about a contract and a caller: who may call what, and why
// one request or message is allowed or denied. It decides nothing of its own: what it says is what the rules explain, what the policy is
// that an authorizer answers by them, and what that policy says of the request, with words for people beside. The command and the page of
// a desk ask it; who the caller is, is for them to find out.
package inquiry
