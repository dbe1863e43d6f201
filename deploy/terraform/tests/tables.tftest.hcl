# A table, as those of users, API keys and revocations are made.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                = "demo-fixture"
  deletion_protection = true
}

run "table" {
  module {
    source = "./modules/table"
  }

  assert {
    condition = (aws_dynamodb_table.this.name == "demo-fixture" && aws_dynamodb_table.this.hash_key == "id" && aws_dynamodb_table.this.range_key == null &&
    aws_dynamodb_table.this.attribute == toset([{ name = "id", type = "S" }]) && aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST")
    error_message = "The table is not found by the string id alone, or not on demand."
  }

  assert {
    condition = (aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.deletion_protection_enabled &&
    aws_dynamodb_table.this.server_side_encryption[0].enabled)
    error_message = "The table is not recoverable, not protected or not encrypted."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.ttl) == 0
    error_message = "Items expire that are to stay."
  }

  assert {
    condition     = output.name == "demo-fixture" && output.arn == "arn:aws:dynamodb:eu-west-1:111122223333:table/table1"
    error_message = "An output does not tell what it should."
  }
}

run "table_without_a_stream" {
  module {
    source = "./modules/table"
  }

  assert {
    condition     = !aws_dynamodb_table.this.stream_enabled && output.stream_arn == null && length(aws_dynamodb_table.this.global_secondary_index) == 0
    error_message = "The table has a stream or an index that nobody asked for."
  }
}

run "table_with_a_stream" {
  module {
    source = "./modules/table"
  }
  variables {
    stream_view = "NEW_AND_OLD_IMAGES"
  }

  assert {
    condition = (aws_dynamodb_table.this.stream_enabled && aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES" &&
    output.stream_arn == "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/2026-11-29T06:44:24.123")
    error_message = "The stream is missing, has another view, or is not told."
  }
}

run "table_with_other_keys" {
  module {
    source = "./modules/table"
  }
  variables {
    hash_key    = { name = "pk", type = "S" }
    range_key   = { name = "sk", type = "S" }
    indexes     = { ends = { hash_key = { name = "endsIn", type = "S" }, range_key = { name = "endsAt", type = "N" } } }
    recoverable = false
  }

  assert {
    condition = (aws_dynamodb_table.this.hash_key == "pk" && aws_dynamodb_table.this.range_key == "sk" && !aws_dynamodb_table.this.point_in_time_recovery[0].enabled &&
    aws_dynamodb_table.this.attribute == toset([{ name = "pk", type = "S" }, { name = "sk", type = "S" }, { name = "endsIn", type = "S" }, { name = "endsAt", type = "N" }]))
    error_message = "The keys are others, or the table is kept for longer than was asked for."
  }

  assert {
    condition     = [for index in aws_dynamodb_table.this.global_secondary_index : "${index.name} ${index.hash_key} ${index.range_key} ${index.projection_type}"] == ["ends endsIn endsAt KEYS_ONLY"]
    error_message = "The index has other keys, or more than keys."
  }
}

run "table_with_a_key_of_no_type" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    range_key = { name = "sk", type = "string" }
  }
  expect_failures = [var.indexes]
}

run "table_with_a_view_of_no_stream" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    stream_view = "NEW"
  }
  expect_failures = [var.stream_view]
}

run "table_of_what_ends" {
  module {
    source = "./modules/table"
  }
  variables {
    ttl_attribute = "expiresAt"
  }

  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "expiresAt"
    error_message = "Expired items are kept for ever."
  }
}

run "table_with_a_key" {
  module {
    source = "./modules/table"
  }
  variables {
    deletion_protection = false
    kms_key_arn         = "arn:aws:kms:eu-west-1:111122223333:key/key1"
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/key1" && !aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table is not encrypted with the key, or is protected all the same."
  }
}

run "table_with_an_alias" {
  command = plan
  module {
    source = "./modules/table"
  }
  variables {
    kms_key_arn = "alias/mine"
  }
  expect_failures = [var.kms_key_arn]
}
