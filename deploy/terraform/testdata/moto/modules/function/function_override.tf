# moto 5.2.1 does not keep the key, so a second plan would want to set it again.
resource "aws_lambda_function" "this" {
  kms_key_arn = null
}
