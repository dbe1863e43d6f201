# Every rule of the bundled rule set: types, documentation, naming, what is not used.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
