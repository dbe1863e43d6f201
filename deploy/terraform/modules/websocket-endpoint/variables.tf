variable "name" {
  description = "The API's name."
  type        = string
  nullable    = false
}

variable "stage" {
  description = "Name of the stage that will serve the API, the only segment of its address."
  type        = string
  nullable    = false
}

variable "plan" {
  description = "Path of the plan, of gateway WEBSOCKET, as the build makes it of a contract and a mode."
  type        = string
  nullable    = false

  validation {
    condition     = try(jsondecode(file(var.plan)).plan.gateway == "WEBSOCKET", true)
    error_message = "The plan ${var.plan} is of another gateway than WEBSOCKET; this module makes WebSocket APIs."
  }
}

variable "disable_execute_api_endpoint" {
  description = "Whether the API answers at its custom domain only."
  type        = bool
  default     = false
  nullable    = false
}
