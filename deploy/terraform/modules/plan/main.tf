# A plan that the build has made of a contract and a mode: what it says, and whether it is still made of what is there.

locals {
  made   = jsondecode(file(var.file))
  folder = abspath(dirname(var.file))

  # The files that are other ones than when the plan was made, or are not there any more.
  changed  = [for name, file in local.made.files : "the ${name}, ${abspath("${local.folder}/${file.path}")}" if try(filesha256("${local.folder}/${file.path}"), "") != file.sha256]
  contract = abspath("${local.folder}/${local.made.files.contract.path}")
}
