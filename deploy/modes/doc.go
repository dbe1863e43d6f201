// Package modes reads mode files: one way to guard an API each, in YAML.
//
// A mode has what Terraform's resources have, under their names in camel case, and members that begin with "local",
// which only a desk needs: who may sign requests there, and which API keys there are.
// All that is wrong with a file is said at once, in an [Errors] with the file, the lines and what was expected. A member that means
// nothing for the mode's gateway and authorization is refused, since what it was to guard would be open.
//
// The package does not know contracts: whether a mode fits one is for package plan to say.
package modes
