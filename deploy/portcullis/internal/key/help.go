package main

const help = `Issues and manages API keys in the DynamoDB table that API_KEYS_TABLE names.

  apikey create -owner OWNER -scopes "A B" [flags]   a new key; its text is written once, to stdout
  apikey list                                        all keys, the oldest first
  apikey show ID                                     one key
  apikey rotate ID [flags]                           a new key in place of another
  apikey disable ID                                  refuse the key until it is enabled
  apikey enable ID
  apikey delete ID                                   also its API key in the gateway, if no other key uses that
  apikey help                                        this text

Flag of all commands:
  -json                JSON on stdout: one object, a list for list

create:
  -owner OWNER         whom the key stands for
  -scopes "A B"        what it is granted, separated by spaces or commas
  -label TEXT          for people
  -expires WHEN        90d, 12h, a day (its beginning in UTC), or a time such as 2027-01-31T18:00:00Z (default: never)
  -networks LIST       where it may be used from: networks and addresses, separated by commas (default: anywhere)
  -usage-plan ID       also make an API key in API Gateway, and join it to the plan: throttle and quota hold for it

rotate: owner, scopes, label, networks and the API key in the gateway stay the same
  -overlap DURATION    how long both keys are good (default 24h); 0 disables the old one at once
  -expires WHEN        of the new key, as for create, or never (default: it lives as long as the old one was to)
  -force               also a key that is disabled or has expired; it stays so

delete:
  -force               also an item of the table that is no record, as list tells

AWS_REGION, credentials and AWS_ENDPOINT_URL_DYNAMODB (for an emulator) are read as the AWS SDK does.
An authorizer may accept a key for a minute after it was disabled or deleted; a gateway that caches its
answers, longer.

Examples:
  export API_KEYS_TABLE=api-keys AWS_REGION=eu-west-1
  KEY=$(apikey create -owner billing -scopes "users/read" -expires 90d)
  apikey create -json -owner ann -scopes users/read,users/write -networks 10.0.0.0/8,2001:db8::/32 -usage-plan a1b2c3
  apikey list
  KEY=$(apikey rotate ABCDEFGHIJKLMNOP -overlap 7d)
  apikey disable ABCDEFGHIJKLMNOP

Exit status 1: it failed; stderr says why, and what is left of it if that could not be undone.
Exit status 2: the command line or a variable is wrong.
`
