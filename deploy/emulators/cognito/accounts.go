package cognito

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Password opens the accounts that name no other. It meets Cognito's default password policy, and is no secret.
const Password = "Passw0rd!"

// MFA is a second factor, by the name of its challenge.
// See https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html.
type MFA string

// The second factors. The codes of MFASMS and MFAEmail are handed to Config.Deliver.
const (
	MFASMS      MFA = "SMS_MFA"
	MFASoftware MFA = "SOFTWARE_TOKEN_MFA"
	MFAEmail    MFA = "EMAIL_OTP"
)

// Account is somebody who can sign in.
type Account struct {
	Username string   // required, and in one account only
	Subject  string   // the claim sub: a UUID, the same at every start; "" means one that is made from Username
	Email    string   // "" means Username@example.com
	Phone    string   // such as +15550100; required for MFASMS
	Groups   []string // none leaves the claim out

	// Password is "" for the constant of that name. Temporary says that it is good only for the challenge
	// NEW_PASSWORD_REQUIRED, whose answer must also have the standard attributes that Required names, such as name.
	Password  string
	Temporary bool
	Required  []string

	// MFA are the second factors: none, one, or several to choose from. TOTPSecret, in base32 without padding, is that of
	// MFASoftware.
	MFA        []MFA
	TOTPSecret string

	// What keeps somebody who knows the password from signing in. The first one that is set is told.
	Disabled      bool
	Unconfirmed   bool
	ResetRequired bool // the password is to be reset
}

// fixed are in every pool.
var fixed = []Account{
	{Username: "admin", Subject: "a0000000-0000-4000-8000-000000000001", Email: "admin@example.com", Groups: []string{"admins"}},
	{Username: "reader", Subject: "a0000000-0000-4000-8000-000000000002", Email: "reader@example.com", Groups: []string{"readers"}},
	{Username: "member", Subject: "a0000000-0000-4000-8000-000000000003", Email: "member@example.com", Groups: []string{"members"}},
}

// Demo are accounts that are asked for more than their password, for Config.Accounts:
//
//	newcomer  a0000000-0000-4000-8000-000000000004  group members  whose password is temporary
//	mfa       a0000000-0000-4000-8000-000000000005  group members  with a software token; its TOTPSecret is no secret
func Demo() []Account {
	return []Account{
		{Username: "newcomer", Subject: "a0000000-0000-4000-8000-000000000004", Groups: []string{"members"}, Temporary: true},
		{Username: "mfa", Subject: "a0000000-0000-4000-8000-000000000005", Groups: []string{"members"}, MFA: []MFA{MFASoftware}, TOTPSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
	}
}

// Accounts are those that the pool began with, those of Config after these, which have the constant Password. Who was deleted is
// left out, and so is who came later:
//
//	admin   a0000000-0000-4000-8000-000000000001  admin@example.com   group admins
//	reader  a0000000-0000-4000-8000-000000000002  reader@example.com  group readers
//	member  a0000000-0000-4000-8000-000000000003  member@example.com  group members
//
// Passwords and software tokens' secrets are left out. The list is the caller's.
func (p *Pool) Accounts() []Account {
	var list []Account
	for _, name := range p.people.seeds {
		person, known := p.people.get(name)
		if !known || person.number > len(p.people.seeds) {
			continue
		}
		a := person.Account
		a.TOTPSecret = ""
		a.Groups, a.MFA, a.Required = slices.Clone(a.Groups), slices.Clone(a.MFA), slices.Clone(a.Required)
		list = append(list, a)
	}
	return list
}

// withDefaults fills in what Account says of empty members.
func (a Account) withDefaults() Account {
	a.Subject = cmp.Or(a.Subject, uuid.NewSHA1(uuid.NameSpaceURL, []byte(PoolID+"/"+a.Username)).String())
	a.Email = cmp.Or(a.Email, a.Username+"@example.com")
	a.Password = cmp.Or(a.Password, Password)
	return a
}

// settable are the standard attributes that an account may be asked for.
// Source: Amazon Cognito developer guide, "Working with user attributes".
var settable = []string{"address", "birthdate", "family_name", "gender", "given_name", "locale", "middle_name", "name",
	"nickname", "picture", "preferred_username", "profile", "website", "zoneinfo"}

// check says what an account lacks.
func (a Account) check(c Config) error {
	if a.Username == "" {
		return fmt.Errorf("cognito: Accounts: one has no Username")
	}
	for _, name := range a.Required {
		if !slices.Contains(settable, name) {
			return fmt.Errorf("cognito: Accounts: %s: Required: %q is none of %v", a.Username, name, settable)
		}
	}
	for _, mfa := range a.MFA {
		switch {
		case mfa != MFASMS && mfa != MFASoftware && mfa != MFAEmail:
			return fmt.Errorf("cognito: Accounts: %s: MFA %q is none of %s, %s and %s", a.Username, mfa, MFASMS, MFASoftware, MFAEmail)
		case mfa == MFASoftware && !validTOTPSecret(a.TOTPSecret):
			return fmt.Errorf("cognito: Accounts: %s: TOTPSecret is empty or no base32 without padding", a.Username)
		case mfa == MFASMS && a.Phone == "":
			return fmt.Errorf("cognito: Accounts: %s: %s without Phone", a.Username, mfa)
		case mfa != MFASoftware && c.Deliver == nil:
			return fmt.Errorf("cognito: Accounts: %s: %s without a Deliver that takes the codes", a.Username, mfa)
		}
	}
	return nil
}
