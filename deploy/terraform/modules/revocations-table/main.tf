# The DynamoDB table of tokens that were taken back, as package authorizers/revocation/item describes it: found by id, and gone
# some time after the tokens have ended.

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "id"
    type = "S"
  }

  # DynamoDB removes an item within days of this time; until then it is never wrong to refuse its tokens, which have ended:
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
