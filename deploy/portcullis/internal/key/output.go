package main

import "regexp"

// keyLike matches what may be a key, or its beginning up to some of the secret.
var keyLike = regexp.MustCompile(`(pk_[0-9A-Za-z]{16}_)[0-9A-Za-z]+`)

// withoutKeys is a text in which no key stands, wherever on the command line it stood.
func withoutKeys(text string) string { return keyLike.ReplaceAllString(text, "${1}[redacted]") }
