# A DynamoDB table of items that are found by their id.

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

  # With the account's own key for DynamoDB, whose use CloudTrail records.
  server_side_encryption {
    enabled = true
  }
}
