# moto 5.2.1 cannot keep the settings of a method whose path has several segments.
resource "aws_api_gateway_method_settings" "method" {
  for_each = {}
}
