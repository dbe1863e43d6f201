# The DynamoDB table of API keys, as package authorizers/apikey/dynamo reads it: found by id, and gone some time after they expire.

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "id"
    type = "S"
  }

  # DynamoDB removes an item within days of this time; that an expired key is refused at once is the authorizer's work:
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Without a key of the caller's: the account's own for DynamoDB. CloudTrail records the use of either.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}
