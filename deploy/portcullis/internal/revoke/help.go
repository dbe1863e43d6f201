package main

const help = `Takes tokens back before they end, in the DynamoDB table that REVOCATION_TABLE names.

  revoke token [-family]                       the token on stdin; with -family all of its sign-in
  revoke user -issuer URL -sub SUB [flags]     what a user was issued up to now
  revoke all -issuer URL -before TIME [flags]  what an issuer issued to anybody up to a time
  revoke list                                  what is taken back, the first to expire first
  revoke undo ID                               let those tokens be good again
  revoke help                                  this text

Each prints the ID of what it wrote, which undo takes. It can be done again: the later time counts.

Flag of all commands:
  -json                JSON on stdout: one object, a list for list

token: is read from stdin, not verified, and not printed
  -family              all tokens with its origin_jti, also those that are issued later. It does not end the refresh
                       token: revoke that with the issuer too, or it gets good tokens again after -for

user, all: tokens that do not say when they were issued are taken back too. Refresh tokens go on getting good ones: end
them with the issuer as well (Cognito: aws cognito-idp admin-user-global-sign-out)
  -issuer URL          iss, as the tokens have it
  -sub SUB             sub, as the tokens have it, or the id that the decision log shows
  -before TIME         tokens issued at or before it: a day (its beginning in UTC), or a time such as
                       2027-01-31T18:00:00Z (default for user: now)

token -family, user, all:
  -for DURATION        how long a token of the issuer lives at most, after which nothing needs to be remembered
                       (default 24h, the most that Cognito allows)

AWS_REGION, credentials and AWS_ENDPOINT_URL_DYNAMODB (for an emulator) are read as the AWS SDK does.
An authorizer may accept a token for ten seconds after it was taken back; a gateway that caches its answers, longer.
A user who signs in again gets good tokens, from the next second on.

Examples:
  export REVOCATION_TABLE=revocations AWS_REGION=eu-west-1
  revoke token <token.txt
  revoke user -issuer https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf -sub 5f0c1a52-8a3e-4d3b-9c1e-0d6f2b7a4e11
  revoke all -issuer https://issuer.example.com -before 2027-01-31T18:00:00Z -for 1h
  revoke list

Exit status 1: it failed; stderr says why.
Exit status 2: the command line or a variable is wrong.
`
