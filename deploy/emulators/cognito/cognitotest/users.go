package cognitotest

// Password is that of all users.
const Password = "Passw0rd!"

// Group is that of all users.
const Group = "testers"

// The factors of Users.
const (
	SMS      = "SMS_MFA"
	Software = "SOFTWARE_TOKEN_MFA"
	Email    = "EMAIL_OTP"
)

// User is somebody in the pool. Their email address is Name@example.com, and is verified.
type User struct {
	Name      string
	Phone     string
	Temporary bool // the password is
	MFA       []string

	Disabled, Unconfirmed, ResetRequired bool
}

// Users are all who must be in a target. A case that changes a user, or uses up a code of a software token, has one of its own.
func Users() []User {
	return []User{
		{Name: "alice"},
		{Name: "bob"},
		{Name: "carol"},
		{Name: "victim"},
		{Name: "disabled", Disabled: true},
		{Name: "unconfirmed", Unconfirmed: true},
		{Name: "reset", ResetRequired: true},
		{Name: "reset-mine", ResetRequired: true},
		{Name: "forgot"},
		{Name: "forgot-wrong"},
		{Name: "forgot-none"},
		{Name: "changing"},
		{Name: "phoned", Phone: "+15550102"},
		{Name: "new-good", Temporary: true},
		{Name: "new-weak", Temporary: true},
		{Name: "new-twice", Temporary: true},
		{Name: "new-other", Temporary: true},
		{Name: "new-race", Temporary: true},
		{Name: "new-srp", Temporary: true},
		{Name: "totp-good", MFA: []string{Software}},
		{Name: "totp-wrong", MFA: []string{Software}},
		{Name: "totp-again", MFA: []string{Software}},
		{Name: "totp-srp", MFA: []string{Software}},
		{Name: "sms", MFA: []string{SMS}, Phone: "+15550100"},
		{Name: "email", MFA: []string{Email}},
		{Name: "several", MFA: []string{SMS, Software}, Phone: "+15550101"},
	}
}
