# moto 5.2.1 keeps the version that the alias stands for, so a second plan would want to set the alias again.
resource "aws_lambda_event_source_mapping" "stream" {
  lifecycle {
    ignore_changes = [function_name]
  }
}
