output "deployment_inputs" {
  value = null
}
