variable "file" {
  description = "Path of the plan: MODE.json in the folder plans, beside the zips."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.file)
    error_message = "There is no plan ${var.file}: `go run ./deploy/build` makes one of each mode, and `go run ./deploy/build --contract FILE` of a contract of your own."
  }
  validation {
    condition     = !fileexists(var.file) || try(jsondecode(file(var.file)).format == "portcullis-plan" && jsondecode(file(var.file)).version == 1, false)
    error_message = "${var.file} is no plan of the form that this module reads, portcullis-plan of version 1: make it with the command that came with the module, `go run ./deploy/build`, or with `--contract FILE` of a contract of your own."
  }
}
