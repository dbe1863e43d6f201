package users

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

type created struct {
	Message string `json:"message"`
	ID      string `json:"id"`
}

type listing struct {
	Users []User `json:"users"`
	Next  string `json:"next,omitempty"`
}

// create serves POST /users.
func (h *Handler) create(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	members, err := e.members("id", "name", "email")
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	u, err := h.add(ctx, members)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	headers := map[string]string{"Location": location(e.SentPath(), u.ID)}
	return lambdaproxy.Answer{Status: http.StatusCreated, Headers: headers, Body: created{"User created", u.ID}}, nil
}

// add stores a new user. What is wrong with an id that the client did not choose is not the client's to mend.
func (h *Handler) add(ctx context.Context, members map[string]string) (User, error) {
	at := h.timestamp()
	u := User{ID: members["id"], Name: members["name"], Email: members["email"], CreatedAt: at, UpdatedAt: at, Version: 1}
	if _, named := members["id"]; named {
		if err := CheckID(u.ID); err != nil {
			return User{}, err
		}
		return u, h.store.Create(ctx, u)
	}
	u.ID = h.newID()
	err := h.store.Create(ctx, u)
	if errors.Is(err, ErrExists) || errors.As(err, new(*InputError)) {
		err = fmt.Errorf("id made for a new user: %v", err)
	}
	return u, err
}

// location returns the path of a user below the path that the request came to, so that a stage or a base path in
// front of it stays (RFC 9110, section 10.2.2).
func location(path, id string) string {
	return "/" + strings.Trim(path, "/") + "/" + url.PathEscape(id)
}

// list serves GET /users.
func (h *Handler) list(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	limit, err := e.limit()
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	cursor, given, err := e.Query("next")
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	if given && cursor == "" {
		return lambdaproxy.Answer{}, badCursor
	}
	page, err := h.store.List(ctx, limit, cursor)
	if errors.Is(err, ErrBadCursor) {
		return lambdaproxy.Answer{}, badCursor
	}
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	// An empty list is [] and not null.
	return ok(nil, listing{append([]User{}, page.Users...), page.Next}), nil
}

var badCursor = invalid("next", "must be the value that the page before gave, as it was given")

// limit returns the query parameter limit: plain decimal digits, or MaxPage when it is absent.
func (e event) limit() (int, error) {
	text, given, err := e.Query("limit")
	if err != nil || !given {
		return MaxPage, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		n = 0
	}
	return n, CheckLimit(n)
}

// get serves GET /users/{id}.
func (h *Handler) get(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	id, err := e.id()
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	u, err := h.store.Get(ctx, id)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	text, tag, err := represent(u)
	return tagged(tag, text), err
}

// update serves PUT /users/{id}. A missing user is 404 with If-Match, too: a precondition is ignored when the
// answer without it would be a failure (RFC 9110, section 13.2.1).
func (h *Handler) update(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	id, match, err := e.target()
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	members, err := e.members("name", "email")
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	seen, err := h.seen(ctx, id, match)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	change := Change{Name: members["name"], Email: members["email"], At: h.timestamp()}
	u, err := h.store.Update(ctx, id, change, seen)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	_, tag, err := represent(u)
	return tagged(tag, message{"User updated"}), err
}

// remove serves DELETE /users/{id}. A missing user is as good as a deleted one, except with If-Match: no version
// is there for it to match (RFC 9110, section 13.1.1).
func (h *Handler) remove(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	id, match, err := e.target()
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	seen, err := h.seen(ctx, id, match)
	if err == nil {
		err = h.store.Delete(ctx, id, seen)
	}
	missing := errors.Is(err, ErrNotFound)
	if missing && match.given {
		return lambdaproxy.Answer{}, errPrecondition
	}
	if err != nil && !missing {
		return lambdaproxy.Answer{}, err
	}
	return ok(nil, message{"User deleted"}), nil
}

// target returns what PUT and DELETE address.
func (e event) target() (id string, match ifMatch, err error) {
	if id, err = e.id(); err != nil {
		return "", ifMatch{}, err
	}
	match, err = parseIfMatch(e.Header("If-Match"))
	return id, match, err
}

// members returns the body's members, out of the known ones, with a name and an email that are checked.
func (e event) members(known ...string) (map[string]string, error) {
	body, err := e.ReadBody(known...)
	if err != nil {
		return nil, err
	}
	members, err := body.Texts()
	if err != nil {
		return nil, err
	}
	name, named := members["name"]
	if !named {
		return nil, invalid("name", "is missing")
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if email, given := members["email"]; given {
		return members, checkEmail(email)
	}
	return members, nil
}

func ok(headers map[string]string, body any) lambdaproxy.Answer {
	return lambdaproxy.Answer{Status: http.StatusOK, Headers: headers, Body: body}
}

// tagged answers with the entity tag of a user.
func tagged(tag string, body any) lambdaproxy.Answer {
	return lambdaproxy.Answer{Status: http.StatusOK, Headers: map[string]string{"ETag": tag}, Body: body}
}

func (h *Handler) timestamp() time.Time { return h.now().UTC().Truncate(time.Microsecond) }
