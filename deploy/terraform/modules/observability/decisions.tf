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
    Revoked         = "{ $.reason = \"token-revoked\" }"
    Bound           = "{ $.reason = \"token-bound\" }"
    KeysFlood       = "{ $.reason = \"api-keys-flood\" }"
    KeysStale       = "{ $.keysStaleSeconds > 0 }"
  }

  # What a line counts for where it is not one: for how many seconds keys have been stale.
  values = { KeysStale = "$.keysStaleSeconds" }

  # Those that an authorizer without API keys never logs.
  of_keys = ["KeysFlood"]

  # Those that the dashboard shows by issuer, too: each issuer is a metric, and costs as one. Such lines are of verified tokens alone, so
  # nobody can have one made by making an issuer up. A metric with dimensions has no default, and no alarm over all of them.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
  by_issuer = ["Revoked", "KeysStale"]

  # A filter's metric can take no mode as its dimension: no line of the log names it. So its name does.
  filters = merge([for mode, authorizer in var.authorizers : {
    for metric, pattern in local.patterns : "${mode}-${metric}" => {
      log_group = authorizer.log_group, pattern = pattern, value = lookup(local.values, metric, "1")
    } if authorizer.api_keys || !contains(local.of_keys, metric)
  }]...)

  issuer_filters = merge([for mode, authorizer in var.authorizers : {
    for metric in local.by_issuer : "${mode}-${metric}ByIssuer" => {
      log_group = authorizer.log_group, pattern = local.patterns[metric], value = lookup(local.values, metric, "1")
    }
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
    value         = each.value.value
    default_value = "0"
    unit          = each.value.value == "1" ? "Count" : "Seconds"
  }
}

resource "aws_cloudwatch_log_metric_filter" "by_issuer" {
  for_each = local.issuer_filters

  name           = "${var.name}-${each.key}"
  log_group_name = each.value.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace  = local.namespace
    name       = each.key
    value      = each.value.value
    unit       = each.value.value == "1" ? "Count" : "Seconds"
    dimensions = { Issuer = "$.issuer" }
  }
}
