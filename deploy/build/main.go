// Command build builds the Lambda functions into the zips that Terraform deploys, as portcullis build does:
//
//	go run ./deploy/build --help
package main

import "portcullis/deploy/portcullis/build"

func main() { build.Main() }
