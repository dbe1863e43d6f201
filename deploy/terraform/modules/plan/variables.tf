variable "file" {
  description = "Path of the plan: MODE.json in the folder plans, beside the zips."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.file)
    error_message = "There is no plan ${var.file}: `go run portcullis/deploy/build` makes one of each mode, with `--contract FILE` of a contract of your own."
  }
  validation {
    condition = !fileexists(var.file) || try(jsondecode(file(var.file)).format == "portcullis-plan" && jsondecode(file(var.file)).version == 1
    && can(jsondecode(file(var.file)).files.contract.path) && can(jsondecode(file(var.file)).plan.name), false)
    error_message = "${var.file} is no plan of the form that this module reads, portcullis-plan of version 1: make it with the command that came with the module, `go run portcullis/deploy/build`, with `--contract FILE` of a contract of your own."
  }
  validation {
    condition     = try(jsondecode(file(var.file)).plan.name, trimsuffix(basename(var.file), ".json")) == trimsuffix(basename(var.file), ".json")
    error_message = "${var.file} holds the plan of the mode ${try(jsondecode(file(var.file)).plan.name, "")}: a plan's file has its mode's name, as `go run portcullis/deploy/build` gives it."
  }
}
