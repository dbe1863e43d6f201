package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"portcullis/policy"
)

// TestRouteParameters: the names of a path's parameters, in their order.
func TestRouteParameters(t *testing.T) {
	tests := []struct{ path, want string }{
		{"/", "[]"},
		{"/a/b", "[]"},
		{"/{x}", "[x]"},
		{"/b/{y}/{a.b-c_d}/c/{rest+}", "[y a.b-c_d rest]"},
		{"/a{x}b", "[x]"},
		{"/{}/{+}", "[]"},
		{"/{x", "[]"},
		{"", "[]"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(policy.Route{Method: "GET", Path: test.path}.Parameters()); got != test.want {
			t.Errorf("%s: %s, want %s", test.path, got, test.want)
		}
	}
}

func TestRoute(t *testing.T) {
	templates := []string{"GET /", "GET /users", "GET /users/{id}", "GET /users/me", "DELETE /users/{id}", "GET /users/{id}/keys", "GET /{any+}", "GET /a/{x}/c", "GET /{y}/b/c", "POST /users/{rest+}"}
	var routes []policy.Route
	for _, text := range templates {
		method, path, _ := strings.Cut(text, " ")
		routes = append(routes, policy.Route{Method: method, Path: path})
	}
	router, err := policy.NewRouter(routes)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ request, want string }{
		{"GET /", "GET / map[]"},
		{"GET /users", "GET /users map[]"},
		{"GET /users/", "GET /users map[]"},
		{"GET /users/7", "GET /users/{id} map[id:7]"},
		{"GET /users/7/", "GET /users/{id} map[id:7]"},
		{"GET /users/me", "GET /users/me map[]"},
		{"DELETE /users/me", "DELETE /users/{id} map[id:me]"}, // by resource and method
		{"GET /users/a%2Fb", "GET /users/{id} map[id:a%2Fb]"}, // not decoded
		{"GET /users/%6de", "GET /users/{id} map[id:%6de]"},
		{"GET /users/7/keys", "GET /users/{id}/keys map[id:7]"},
		{"GET /users/7/other", "GET /{any+} map[any:users/7/other]"},
		{"GET /a/b/c", "GET /a/{x}/c map[x:b]"}, // the first segment decides
		{"GET /z/b/c", "GET /{y}/b/c map[y:z]"},
		{"POST /users/1/2/3", "POST /users/{rest+} map[rest:1/2/3]"},
		{"POST /users", ""},
		{"PUT /users/7", ""},
		{"get /users", ""},
		{"GET users", ""},
		{"GET //", ""},
		{"GET //users", ""},
		{"GET /users//", ""},
		{"GET /users//keys", ""},
		{"GET ", ""},
	}
	for _, test := range tests {
		method, path, _ := strings.Cut(test.request, " ")
		got := ""
		if index, parameters, ok := router.Route(method, path); ok {
			got = fmt.Sprint(routes[index], " ", parameters)
		}
		if got != test.want {
			t.Errorf("%s is routed to %q, want %q", test.request, got, test.want)
		}
	}
}
