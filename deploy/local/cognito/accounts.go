package cognito

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// Password opens all accounts. It meets Cognito's default password policy, and is no secret.
const Password = "Passw0rd!"

// Account is somebody who can sign in.
type Account struct {
	Username string
	Subject  string // the claim sub: a UUID, the same at every start
	Email    string
	Groups   []string
}

var accounts = []Account{
	{"admin", "a0000000-0000-4000-8000-000000000001", "admin@example.com", []string{"admins"}},
	{"reader", "a0000000-0000-4000-8000-000000000002", "reader@example.com", []string{"readers"}},
	{"member", "a0000000-0000-4000-8000-000000000003", "member@example.com", []string{"members"}},
}

// Accounts are all who can sign in, with Password:
//
//	admin   a0000000-0000-4000-8000-000000000001  admin@example.com   group admins
//	reader  a0000000-0000-4000-8000-000000000002  reader@example.com  group readers
//	member  a0000000-0000-4000-8000-000000000003  member@example.com  group members
//
// The list is the caller's.
func (p *Pool) Accounts() []Account {
	list := slices.Clone(accounts)
	for i := range list {
		list[i].Groups = slices.Clone(list[i].Groups)
	}
	return list
}

// authenticate looks at all accounts and at the password whatever it finds, so that an unknown name
// and a wrong password take the same work.
func authenticate(username, password string) (Account, bool) {
	right := sameSecret(password, Password)
	var found Account
	known := false
	for _, a := range accounts {
		if a.Username == username {
			found, known = a, true
		}
	}
	if !known || !right {
		return Account{}, false
	}
	return found, true
}

// sameSecret compares secrets in a time that tells neither their lengths nor where they differ.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
