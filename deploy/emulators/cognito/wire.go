package cognito

import (
	"encoding/json"
	"io"
	"net/http"

	"portcullis/deploy/emulators/internal/wire"
)

const (
	service = "AWSCognitoIdentityProviderService." // what X-Amz-Target begins with
	maxBody = 64 << 10
)

// operation is what answers a request for it.
type operation struct {
	do     func(*Pool, input) (any, *apiError)
	signed bool // it takes AWS credentials
}

// operations are the API, by the names that X-Amz-Target ends with.
var operations = map[string]operation{
	"InitiateAuth":              {do: (*Pool).initiateAuth},
	"RespondToAuthChallenge":    {do: (*Pool).respondToAuthChallenge},
	"GetTokensFromRefreshToken": {do: (*Pool).getTokensFromRefreshToken},
	"RevokeToken":               {do: (*Pool).revokeToken},
	"GlobalSignOut":             {do: (*Pool).globalSignOut},
	"ConfirmDevice":             {do: (*Pool).confirmDevice},
	"GetUser":                   {do: (*Pool).getUser},
	"ChangePassword":            {do: (*Pool).changePassword},
	"DeleteUser":                {do: (*Pool).deleteUser},
	"UpdateUserAttributes":      {do: (*Pool).updateUserAttributes},
	"DeleteUserAttributes":      {do: (*Pool).deleteUserAttributes},
	"VerifyUserAttribute":       {do: (*Pool).verifyUserAttribute},

	"GetUserAttributeVerificationCode": {do: (*Pool).getUserAttributeVerificationCode},

	"SignUp":                 {do: (*Pool).signUp},
	"ConfirmSignUp":          {do: (*Pool).confirmSignUp},
	"ResendConfirmationCode": {do: (*Pool).resendConfirmationCode},
	"ForgotPassword":         {do: (*Pool).forgotPassword},
	"ConfirmForgotPassword":  {do: (*Pool).confirmForgotPassword},

	"AdminAddUserToGroup":         {(*Pool).adminAddUserToGroup, true},
	"AdminConfirmSignUp":          {(*Pool).adminConfirmSignUp, true},
	"AdminCreateUser":             {(*Pool).adminCreateUser, true},
	"AdminDeleteUser":             {(*Pool).adminDeleteUser, true},
	"AdminDisableUser":            {(*Pool).adminDisableUser, true},
	"AdminEnableUser":             {(*Pool).adminEnableUser, true},
	"AdminGetUser":                {(*Pool).adminGetUser, true},
	"AdminInitiateAuth":           {(*Pool).adminInitiateAuth, true},
	"AdminListGroupsForUser":      {(*Pool).adminListGroupsForUser, true},
	"AdminRemoveUserFromGroup":    {(*Pool).adminRemoveUserFromGroup, true},
	"AdminResetUserPassword":      {(*Pool).adminResetUserPassword, true},
	"AdminRespondToAuthChallenge": {(*Pool).adminRespondToAuthChallenge, true},
	"AdminSetUserPassword":        {(*Pool).adminSetUserPassword, true},
	"AdminUpdateUserAttributes":   {(*Pool).adminUpdateUserAttributes, true},
	"AdminUserGlobalSignOut":      {(*Pool).adminUserGlobalSignOut, true},
	"AddUserPoolClientSecret":     {(*Pool).addUserPoolClientSecret, true},
	"CreateGroup":                 {(*Pool).createGroup, true},
	"DeleteUserPoolClientSecret":  {(*Pool).deleteUserPoolClientSecret, true},
	"ListGroups":                  {(*Pool).listGroups, true},
	"ListUsers":                   {(*Pool).listUsers, true},
	"ListUsersInGroup":            {(*Pool).listUsersInGroup, true},
	"ListUserPoolClientSecrets":   {(*Pool).listUserPoolClientSecrets, true},
}

// Operations are the names of the API's operations that a Pool has, in order.
func Operations() []string { return wire.Names(operations) }

// IsRequest tells whether a request is one of the API's protocol, by its header X-Amz-Target, so that a server that speaks
// several protocols at one address knows whom to give it.
func IsRequest(r *http.Request) bool {
	asked, _ := wire.Target(r)
	return asked == service
}

// ServeAPI answers one operation of the API; the request's path does not matter. It speaks AWS JSON 1.1: one POST, the operation
// in a header, 200 or an error with 400.
func (p *Pool) ServeAPI(w http.ResponseWriter, r *http.Request) {
	answer, failure := p.operate(w, r)
	if failure != nil {
		w.Header().Set("X-Amzn-Errortype", failure.Type)
		wire.Write(w, wire.JSON11, http.StatusBadRequest, failure)
		return
	}
	wire.Write(w, wire.JSON11, http.StatusOK, answer)
}

func (p *Pool) operate(w http.ResponseWriter, r *http.Request) (any, *apiError) {
	name, operation, problem := wire.Operation(r, wire.JSON11, service, operations)
	if problem != "" {
		return nil, &apiError{wire.UnknownOperation, problem}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, serialization("The request could not be read: " + err.Error())
	}
	if !p.limit.admit(p.now()) {
		return nil, tooMany
	}
	if operation.signed {
		if failure := admitAdministrator(r); failure != nil {
			return nil, failure
		}
	}
	in, failure := readInput(name, body)
	if failure != nil {
		return nil, failure
	}
	return operation.do(p, in)
}

func serialization(message string) *apiError { return &apiError{"SerializationException", message} }

// input is a request's body. The names of its members are compared as they stand, as Cognito does, where encoding/json
// would take clientid for ClientId.
type input struct {
	operation string
	members   map[string]json.RawMessage
}

func readInput(operation string, body []byte) (input, *apiError) {
	in := input{operation: operation}
	if err := json.Unmarshal(body, &in.members); err != nil {
		return in, serialization("The request is not a JSON object.")
	}
	return in, nil
}

// read reads one member into target, and leaves target as it is where the member is absent or null.
func (in input) read(name string, target any) *apiError {
	raw, ok := in.members[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return serialization(name + " is not of the type that " + in.operation + " takes.")
	}
	return nil
}
