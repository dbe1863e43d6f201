// Package tablename knows what can be the name of a DynamoDB table. What keeps or reads tables asks it.
package tablename

import "strings"

const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

// Valid tells whether a text can be a table's name: 3 to 255 characters out of a-z A-Z 0-9 _ . -
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
func Valid(name string) bool {
	return len(name) >= 3 && len(name) <= 255 && strings.Trim(name, characters) == ""
}
