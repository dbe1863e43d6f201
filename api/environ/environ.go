// Package environ reads the environment variable that the API's functions share: the origins of browsers. What not all of them
// have is in a package below, so that none links another's store, or the AWS SDK for nothing: awsconfig reads the SDK's own
// variables, userstable is the users function's, userpool the tokens function's, websocket the live function's. They are for mains, and for the desk, which
// makes the functions as those do; a bad value is an [*Error] that names its variable.
package environ

import (
	"fmt"
	"strings"
)

// AllowedOrigins are origins whose browser scripts may read answers, separated by commas, or "*", the default.
const AllowedOrigins = "ALLOWED_ORIGINS"

// Error says that an environment variable has no good value.
type Error struct {
	Variable string // its name
	Value    string // the part of its value that is wrong
	Want     string // what is expected
}

// Error says what the variable is, and what it has to be.
func (e *Error) Error() string { return fmt.Sprintf("%s is %q: want %s", e.Variable, e.Value, e.Want) }

// Origins cuts the value of AllowedOrigins into origins.
func Origins(list string) []string {
	if list == "" {
		return []string{"*"}
	}
	origins := strings.Split(list, ",")
	for i := range origins {
		origins[i] = strings.TrimSpace(origins[i])
	}
	return origins
}
