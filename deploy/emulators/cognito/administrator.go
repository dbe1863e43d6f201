package cognito

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// admitAdministrator is for the operations that take AWS credentials: a request must be signed, by whomever, and no page of a
// browser's is let in, as one could make users in the name of who opened it.
func admitAdministrator(r *http.Request) *apiError {
	switch {
	case r.Header.Get("Origin") != "":
		return &apiError{"AccessDeniedException", "Pages are not let in."}
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-"):
		return &apiError{"MissingAuthenticationTokenException", "Missing Authentication Token"}
	}
	return nil
}

// inPool holds a request to naming this pool.
func inPool(in input) *apiError {
	var id string
	if err := in.must("UserPoolId", &id); err != nil {
		return err
	}
	if id != PoolID {
		return &apiError{"ResourceNotFoundException", "User pool " + id + " does not exist."}
	}
	return nil
}

// subject reads whom an administrator's request is about.
func subject(in input) (username string, err *apiError) {
	if err := inPool(in); err != nil {
		return "", err
	}
	var name *string
	if err := in.read("Username", &name); err != nil {
		return "", err
	}
	return checkUsername(name)
}

// findSubject gives whom a request is about.
func (p *Pool) findSubject(in input) (person, *apiError) {
	username, err := subject(in)
	if err != nil {
		return person{}, err
	}
	who, known := p.people.get(username)
	if !known {
		return person{}, userNotFound
	}
	return who, nil
}

// changeSubject changes whom a request is about.
func (p *Pool) changeSubject(in input, change func(*person) *apiError) (any, *apiError) {
	username, err := subject(in)
	if err != nil {
		return nil, err
	}
	if _, err := p.people.change(username, p.now(), change); err != nil {
		return nil, err
	}
	return nothing{}, nil
}

// randomPassword meets the policy.
func randomPassword() string { return "Aa1-" + rand.Text() }
