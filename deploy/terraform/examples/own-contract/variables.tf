variable "name" {
  description = "Begins the name of everything that the stack makes."
  type        = string
  default     = "orders"
  nullable    = false
}

variable "stage" {
  description = "Name of the stage, the first segment of every address."
  type        = string
  default     = "v1"
  nullable    = false
}

variable "plan" {
  description = "Path of the plan of orders.yaml and the mode."
  type        = string
  default     = "../../../dist/plans/http-lambda.json"
  nullable    = false
}

variable "orders_zip" {
  description = "Path of the zip of the function behind the API: a binary for Linux named bootstrap, and the files that it reads."
  type        = string
  nullable    = false
}

variable "authorizer_zip" {
  description = "Path of the authorizer's zip, built with the rules of orders.yaml in it, which lie beside it as rules.json."
  type        = string
  default     = "../../../dist/jwt.zip"
  nullable    = false
}

variable "architecture" {
  description = "The instruction set that both zips were built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API from a browser: [\"*\"], or any number of origins."
  type        = list(string)
  default     = ["*"]
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the user pool refuses to be deleted, by Terraform too."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false
}
