package users

import "portcullis/api/internal/lambdaproxy"

// event is a request, with what the operations on users read of it.
type event struct{ *lambdaproxy.Event }

// id returns the path parameter {id}.
func (e event) id() (string, error) {
	id, err := e.Parameter("id")
	if err != nil {
		return "", err
	}
	return id, CheckID(id)
}
