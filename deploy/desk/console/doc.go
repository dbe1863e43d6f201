// Package console is the page of a desk: it calls every operation in every mode, shows who may call what and why, follows calls as they
// come, and tries broken tokens. The page is in the folder web, in modules that a browser reads as they are; it asks what it shows of this
// package, below [Path]. The package decides nothing about requests: that is what the gateway, the verifier and the rules do, which it asks.
package console
