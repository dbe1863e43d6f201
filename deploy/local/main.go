// Command local serves an API behind every mode on this machine, as portcullis local does:
//
//	go run ./deploy/local --help
package main

import "portcullis/deploy/portcullis/local"

func main() { local.Main() }
