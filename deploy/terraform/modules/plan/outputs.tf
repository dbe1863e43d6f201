output "plan" {
  description = "What the plan says: an API of API Gateway, as in the package deploy/plan, which always has a throttle."
  value       = local.limited

  precondition {
    condition     = length(local.changed) == 0
    error_message = "The plan ${var.file} is of other files than those that are there. Changed since: ${join("; ", local.changed)}. Build again, with --arch, --mode and --out as before: `go run portcullis/deploy/build --contract ${local.contract}`."
  }
}
