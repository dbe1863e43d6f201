package apigateway

import (
	"net/http"
	"net/url"
	"strconv"

	"portcullis/deploy/emulators/internal/wire"
)

// call is one request: its path's values, its parameters and its body.
type call struct {
	*http.Request
	body []byte
}

// parameters are those of the query, each once. Others than the allowed ones are refused.
func (c *call) parameters(allowed ...string) (parameters, error) {
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query cannot be read")
	}
	found := parameters{}
	for _, name := range allowed {
		if all := query[name]; len(all) > 1 {
			return nil, badRequest("parameter %s is there %d times", name, len(all))
		} else if len(all) == 1 {
			found[name] = all[0]
		}
		delete(query, name)
	}
	for name := range query {
		return nil, badRequest("parameter %q is not supported here", name)
	}
	return found, nil
}

type parameters map[string]string

// flag is true or false; absent: false.
func (p parameters) flag(name string) (bool, error) {
	switch text := p[name]; text {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	default:
		return false, badRequest("parameter %s: want true or false, got %q", name, text)
	}
}

// The sizes of a page:
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKeys.html.
const (
	defaultLimit = 25
	maxLimit     = 500
)

// page is how much of a list is asked for.
type page struct {
	after string // the id that the last page ended with
	limit int
}

func (p parameters) page() (page, error) {
	text, given := p["limit"]
	if !given {
		return page{p["position"], defaultLimit}, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxLimit {
		return page{}, badRequest("parameter limit: want 1 to %d, got %q", maxLimit, text)
	}
	return page{p["position"], limit}, nil
}

// list is a page of a list as the service writes it.
type list[T any] struct {
	Item     []T    `json:"item"`
	Position string `json:"position,omitempty"` // of the next page
}

// listOf cuts a page from all items, which are in the order of their ids, and writes its items.
func listOf[T, W any](all []T, p page, id func(T) string, wire func(T) W) list[W] {
	answer := list[W]{Item: []W{}}
	last := ""
	for _, item := range all {
		if id(item) <= p.after {
			continue
		}
		if len(answer.Item) == p.limit {
			answer.Position = last
			break
		}
		last = id(item)
		answer.Item = append(answer.Item, wire(item))
	}
	return answer
}

// decode reads the body, an object with the members that targets names, into what it points them to. The errors are
// [*apiError].
func (c *call) decode(targets map[string]any) error {
	if err := wire.ReadObject(c.body, targets); err != nil {
		return badRequest("Invalid request body: %v", err)
	}
	return nil
}
