// Command local runs the whole of Portcullis on this machine, as package desk tells. The flag -h tells what the flags and the
// environment variables mean.
package main

import "portcullis/deploy/desk"

func main() { desk.Main() }
