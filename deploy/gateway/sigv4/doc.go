// Package sigv4 checks AWS Signature Version 4 of HTTP requests, as API Gateway does for AWS_IAM authorization: the
// Authorization header or a presigned query, against the secret of the access key that the request names.
//
// It authenticates; it does not authorize. What the owner of the access key may do is for policies to say. It checks
// no S3 signatures: S3 has rules of its own for paths and payloads. It does not know the asymmetric variant,
// SigV4a (AWS4-ECDSA-P256-SHA256), and refuses it.
//
// The rules are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
// Where AWS leaves a choice open, the request is refused:
//   - every x-amz-* header that is sent must be signed, and host always;
//   - the body's hash is always signed: UNSIGNED-PAYLOAD, which AWS documents for S3 alone, does not match;
//   - a session token in the query is signed with it, not added afterwards;
//   - a presigned query without X-Amz-Expires is good for as long as a header, five minutes.
//
// The path is normalized before it is compared, as AWS documents and the AWS CLI does: slashes that repeat and dot
// segments are removed. The AWS SDK for Go signs such paths as they stand, and they do not match here either.
// In the query, "+" stands for a space. A [Signer] signs so that all of it holds.
package sigv4
