# The DynamoDB table of users, each found by its id.

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "id"
    type = "S"
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
