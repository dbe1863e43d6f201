# What the module authorizer says of lists of issuers, without anything else of it.

module "case" {
  source   = "./case"
  for_each = jsondecode(file("${path.module}/cases.json"))
  issuers  = each.value.issuers
}

output "faults" {
  value = { for name, case in module.case : name => case.faults }
}

output "told" {
  value = { for name, case in module.case : name => case.told }
}
