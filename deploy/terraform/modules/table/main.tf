# A DynamoDB table of items that are each found by their key, and may be gone some time after they have ended.

locals {
  # The attributes that are keys, once each: no others are declared.
  keys = merge(
    { (var.hash_key.name) = var.hash_key.type },
    { for key in var.range_key[*] : key.name => key.type },
    merge([for index in values(var.indexes) : { (index.hash_key.name) = index.hash_key.type, (index.range_key.name) = index.range_key.type }]...),
  )
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.hash_key.name
  range_key                   = one(var.range_key[*].name)
  deletion_protection_enabled = var.deletion_protection
  stream_enabled              = var.stream_view != null
  stream_view_type            = var.stream_view

  dynamic "attribute" {
    for_each = local.keys
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  # Of what is found in an index, only the keys are told.
  dynamic "global_secondary_index" {
    for_each = var.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash_key.name
      range_key       = global_secondary_index.value.range_key.name
      projection_type = "KEYS_ONLY"
    }
  }

  # DynamoDB removes an item within days of this time; who reads it refuses what has ended at once:
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
  dynamic "ttl" {
    for_each = var.ttl_attribute[*]
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = var.recoverable
  }

  # Without a key of the caller's: the account's own for DynamoDB. CloudTrail records the use of either.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}
