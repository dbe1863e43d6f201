package login

import (
	"cmp"
	"strings"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// The variables that say where Cognito is, as the AWS SDK reads them
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
const (
	cognitoEndpoint = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
	anyEndpoint     = "AWS_ENDPOINT_URL"
	ignoreEndpoints = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
)

// wanted is where to sign in and who: what the command line says, and else what the profile does. A profile in which somebody
// is signed in elsewhere, or somebody else, is an error, unless it is to be replaced.
func (s *session) wanted(kept profile.Profile, o options) (profile.Profile, error) {
	want := profile.Profile{Place: s.place(kept.Place, o.place), Username: cmp.Or(o.username, kept.Username)}
	if want.Same(kept.Place) && want.Username == kept.Username {
		want.Device = kept.Device
	}
	if want.Place == (profile.Place{}) {
		return want, cli.Usage("profile %s says not yet where to sign in: want --api URL, or --pool ID and --client ID; later calls need neither", o.profile)
	}
	if err := want.Check(); err != nil {
		if want.Endpoint != "" && want.Endpoint != kept.Endpoint {
			return want, cli.Usage("%s or %s: %w", cognitoEndpoint, anyEndpoint, err)
		}
		return want, &cli.UsageError{Err: err}
	}
	if kept.Tokens == nil {
		return want, nil
	}
	if !o.force && !want.Same(kept.Place) {
		return want, cli.Usage("profile %s is signed in at %s, not at %s: --profile NAME keeps another one beside it, and --force replaces it", o.profile, kept.Place, want.Place)
	}
	if !o.force && want.Username != kept.Username {
		return want, cli.Usage("in profile %s it is %q who is signed in: --profile NAME keeps another one beside it, and --force replaces it", o.profile, kept.Username)
	}
	want.Tokens = kept.Tokens
	return want, nil
}

// endpoint is where the variables say that Cognito is; "": at AWS.
func (s *session) endpoint() string {
	if strings.EqualFold(s.Getenv(ignoreEndpoints), "true") {
		return ""
	}
	return cmp.Or(s.Getenv(cognitoEndpoint), s.Getenv(anyEndpoint))
}

// place completes what is given with what is kept.
func (s *session) place(kept, given profile.Place) profile.Place {
	endpoint := s.endpoint()
	switch {
	case given.API != "":
		return profile.Place{API: given.API}
	case given.Pool == "" && given.Client == "" && kept.API != "":
		return kept
	case given.Pool == "" && given.Client == "" && kept.Pool == "":
		return profile.Place{}
	}
	p := profile.Place{Pool: cmp.Or(given.Pool, kept.Pool), Client: cmp.Or(given.Client, kept.Client)}
	same := p.Pool == kept.Pool && p.Client == kept.Client
	if same {
		p.Secret, p.Endpoint = kept.Secret, kept.Endpoint
	}
	if endpoint != "" {
		p.Endpoint = endpoint
	}
	return p
}
