package main

const help = `Signs in, and prints an access token.

  login [flags]        print an access token; sign in, or renew the token, first if need be
  login status         what is known of the profile; exit status 1 where nobody is signed in
  login sign-out       end all sign-ins of the user, also elsewhere, and forget the tokens
  login help           this text

Flag of all commands:
  -profile NAME        which place, user and tokens (default: default)

Where to sign in; the profile keeps it, so that later calls need no flags:
  -api URL             an API that has POST /tokens, such as https://abc.execute-api.eu-west-1.amazonaws.com/prod
  -pool ID -client ID  a Cognito user pool and an app client of it that allows ALLOW_USER_SRP_AUTH
  -client-secret-stdin the app client's secret is asked for, or is stdin's first line; the profile keeps it
  -username NAME       who signs in; without it somebody is asked

login:
  -password-stdin      the password is stdin's next line, and the answers to challenges are those behind it
  -id                  print the ID token in place of the access token
  -force               sign in anew, also at another place or as somebody else; what was there before is revoked

login sign-out:
  -here                end this sign-in only
  -forget              delete the profile, and ask nobody: its tokens stay good until they expire

AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, or AWS_ENDPOINT_URL, is where to find an emulator of Cognito. It is kept too.
Many systems have a login of their own: call this one by its path, or give the binary another name.

Examples:
  login -api https://abc.execute-api.eu-west-1.amazonaws.com/prod -username ann
  login -profile pool -pool eu-west-1_AbCdEf123 -client 1h57kf5cpq17m0eml12EXAMPLE
  curl -H "Authorization: Bearer $(login)" https://abc.execute-api.eu-west-1.amazonaws.com/prod/users
  printf '%s\n' "$PASSWORD" | login -profile nightly -username robot -password-stdin > /dev/null
  login sign-out

Exit status 1: it failed, and stderr says why. 2: the command line or a variable is wrong. 130: interrupted.
`
