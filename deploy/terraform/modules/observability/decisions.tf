# Metrics of the authorizers' decision log: a JSON line for each decision, with what was decided and why as stable
# codes (package authorizers). https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

locals {
  namespace = "Portcullis/${var.name}"

  # Metric -> the lines that it counts. The filters' test finds each word in lines that an authorizer writes.
  patterns = {
    Allowed         = "{ $.decision = \"policy\" || $.decision = \"allow\" }"
    Denied          = "{ $.decision = \"deny\" }"
    Unauthorized    = "{ $.decision = \"unauthorized\" }"
    CannotTell      = "{ $.decision = \"cannot-tell\" }"
    KeysUnavailable = "{ $.reason = \"keys-unavailable\" }"
  }

  # A filter's metric can take no mode as its dimension: no line of the log names it. So its name does.
  filters = merge([for mode, authorizer in var.authorizers : {
    for metric, pattern in local.patterns : "${mode}-${metric}" => { log_group = authorizer.log_group, pattern = pattern }
  }]...)
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.filters

  name           = "${var.name}-${each.key}"
  log_group_name = each.value.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace     = local.namespace
    name          = each.key
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
