package cognito

// apiError is an error as Cognito writes it: its Type is the exception's name in the SDKs.
// Source: Amazon Cognito user pools API reference, "Common Error Types", and each operation's "Errors".
type apiError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

var (
	wrongPassword  = notAuthorized("Incorrect username or password.")
	invalidSession = notAuthorized("Invalid session for the user.")
	spentSession   = notAuthorized("Invalid session for the user, session can only be used once.")
	expiredSession = notAuthorized("Invalid session for the user, session is expired.")
	invalidRefresh = notAuthorized("Invalid Refresh Token")
	codeMismatch   = &apiError{"CodeMismatchException", "Invalid code received for user"}
	userNotFound   = &apiError{"UserNotFoundException", "User does not exist."}
	userDisabled   = notAuthorized("User is disabled.")
	tooMany        = &apiError{"TooManyRequestsException", "Rate exceeded"}
)

func notAuthorized(message string) *apiError { return &apiError{"NotAuthorizedException", message} }

func invalid(message string) *apiError { return &apiError{"InvalidParameterException", message} }

// nullMember is for a member that is absent and must not be.
func nullMember(name string) *apiError {
	return invalid("1 validation error detected: Value null at '" + name + "' failed to satisfy constraint: Member must not be null")
}

// outsideEnum is for a member that is none of the values that the API reference lists.
func outsideEnum(name, value, values string) *apiError {
	return invalid("1 validation error detected: Value '" + value + "' at '" + name + "' failed to satisfy constraint: " +
		"Member must satisfy enum value set: [" + values + "]")
}

// require names the first parameter that is absent or empty.
func require(parameters map[string]string, names ...string) *apiError {
	for _, name := range names {
		if parameters[name] == "" {
			return invalid("Missing required parameter " + name)
		}
	}
	return nil
}
