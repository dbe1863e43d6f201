//go:build !unix

package cli

import "os"

// Exit ends the program with a status.
func Exit(status int) { os.Exit(status) }
