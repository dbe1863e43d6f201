// Package policy knows what IAM policies mean for Amazon API Gateway: it compiles the access rules of a
// whole API into one document for one caller, and it evaluates documents as IAM does for execute-api.
//
// [Rules] holds the routes of an API and who may call them. [Rules.Decide] answers for one request;
// [Rules.Compile] answers for all of them at once, in a document that API Gateway may cache and apply to
// every route. Both give the same answer for every request that API Gateway can route, except where no set
// of IAM patterns can express the rules: there the document denies, and [Rules.Conflicts] says where that is.
//
// A path may be spelled in several ways, and it is not known which of them API Gateway matches a policy with. Both answers allow
// what is odd only if every reading of it is allowed; see [Rules.Decide]. [Rules.Sizes] says how large the documents of the callers
// are that an API's scopes make, before one of them calls. README.md beside this file says how documents are made, and what they cost.
//
// Of a WebSocket API it compiles the rule of connecting, the only request that API Gateway asks an authorizer about.
// [Rules.DecideMessage] answers for each message that follows, by a grant that [Rules.EncodeGrant] makes of the caller.
//
// A [ResourcePolicy] is the policy of a REST API itself, which names principals; [Combine] says what comes of it and of a caller's own
// policy together.
//
// The package is for execute-api:Invoke only. It is not a general IAM engine: it knows nothing of
// permission boundaries, organizations' policies or other services' actions. It uses the standard library only, and it
// neither logs nor reads a clock; [LoadRules] alone reads a file.
package policy
