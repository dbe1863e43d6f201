# Every rule of the bundled rule set: types, documentation, naming, what is not used.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Files are by topic here, and small: variables*.tf, and no main.tf where it would hold one thing.
rule "terraform_standard_module_structure" {
  enabled = false
}
