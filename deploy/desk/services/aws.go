package services

import (
	"net/http"
	"net/url"
	"strings"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/gateway/usage"
)

// newAWS serves what of AWS is here below AWSPath, by what tells the services' protocols apart.
func newAWS(env environment, chosen Tables, pool *cognito.Pool, registry *usage.Registry) (http.Handler, error) {
	tables, err := chosen.emulated()
	if err != nil {
		return nil, err
	}
	control := apigateway.New(registry)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = withPath(r, strings.TrimPrefix(r.URL.Path, AWSPath))
		switch target := r.Header.Get("X-Amz-Target"); {
		case dynamodb.IsRequest(r):
			tables.ServeHTTP(w, r)
		case strings.HasPrefix(target, "AWSCognitoIdentityProviderService."):
			pool.ServeHTTP(w, withPath(r, CognitoPath))
		case target == getSecretValue:
			env.serveSecret(w, r)
		case apigateway.IsRequest(r) && r.Header.Get("Origin") != "":
			http.Error(w, "pages are not let in: they could make API keys in the name of who opened them", http.StatusForbidden)
		case apigateway.IsRequest(r):
			control.ServeHTTP(w, r)
		default:
			http.Error(w, "DynamoDB, Cognito, an app client's secret, and API Gateway's API keys and usage plans are here, and nothing else of AWS", http.StatusNotFound)
		}
	}), nil
}

// withPath is the request with another path.
func withPath(r *http.Request, path string) *http.Request {
	moved := new(http.Request)
	*moved = *r
	moved.URL = new(url.URL)
	*moved.URL = *r.URL
	moved.URL.Path, moved.URL.RawPath = path, ""
	return moved
}
