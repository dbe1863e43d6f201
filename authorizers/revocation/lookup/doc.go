// Package lookup asks AWS whether tokens were taken back: [Table] reads the entries of package revocation from a DynamoDB
// table, and [Cognito] asks the user pool itself. It is for authorizers: it speaks the services' JSON protocols with
// net/http, and uses nothing of the AWS SDK but its signer, so that a function which links it starts as quickly as
// without. Package dynamo writes the table.
//
// Every question is bounded: [CallTimeout] in all, with one more attempt after a throttle, an error of the server's or a
// broken connection; and 1 MiB of answer. Redirects are not followed. An error never holds a token or a credential.
package lookup
