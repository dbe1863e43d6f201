variable "name" {
  description = "Begins the names of the queue and of the rule."
  type        = string
  nullable    = false

  # With what follows it, it names a rule, which has 64 characters.
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,51}$", var.name))
    error_message = "A name holds 1 to 51 letters, digits, hyphens and underscores."
  }
}

variable "function" {
  description = "The function that is invoked, as the function module's outputs: its name, its alias, and the alias' ARN."
  type = object({
    name      = string
    alias     = string
    alias_arn = string
  })
  nullable = false
}

variable "streams" {
  description = "Name -> the stream of a DynamoDB table: its ARN, and of which events the function is told (INSERT, MODIFY, REMOVE; null: all)."
  type = map(object({
    arn    = string
    events = optional(list(string))
  }))
  nullable = false

  validation {
    condition     = alltrue(flatten([for stream in values(var.streams) : [for event in coalesce(stream.events, []) : contains(["INSERT", "MODIFY", "REMOVE"], event)]]))
    error_message = "The events of a stream are INSERT, MODIFY and REMOVE."
  }
}
