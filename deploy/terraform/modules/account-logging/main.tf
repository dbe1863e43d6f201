# The role by which API Gateway writes logs. An account has one in each region, for every API there:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

# For APIs of this account, where API Gateway says whose they are: no document tells that it does, and without logs no stage is made.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.this.arn

  depends_on = [aws_iam_role_policy_attachment.this]
}
