// Package console is the page of a desk: it calls every operation in every mode, shows who may call what and why, follows calls as they
// come, and tries broken tokens. The page is in the folder web, in modules that a browser reads as they are; it asks what it shows of this
// package, below [Path]. console.js is its shell, and each view is a module that it names; dom.js, api.js and store.js are what views share.
// identity.js has who calls, and call.js what is called: request.js, snippets.js, schema.js, signin.js, srp.js, totp.js, claims.js and changes.js
// under them touch no page, so that node tests them (testdata). The package decides nothing about requests: that is what the gateway, the
// verifier and the rules do, which it asks.
//
// README.md beside this file shows the page, and says how its tests and its pictures are made.
package console
