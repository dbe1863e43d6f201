package cognito

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// clientSecrets are the secrets of one app client, each of which is good. Nil has none.
type clientSecrets struct {
	mu   sync.Mutex
	list []clientSecret
	made int // how many there ever were
}

type clientSecret struct {
	id, value string
	created   time.Time
}

// mostClientSecrets is Cognito's: two, while one takes the place of the other.
// Source: Amazon Cognito user pools API reference, AddUserPoolClientSecret.
const mostClientSecrets = 2

// values are the secrets that are good now.
func (s *clientSecrets) values() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	values := make([]string, len(s.list))
	for i, one := range s.list {
		values[i] = one.value
	}
	return values
}

// add keeps another secret of a client.
func (s *clientSecrets) add(client, value string, now time.Time) (clientSecret, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) == mostClientSecrets {
		return clientSecret{}, &apiError{"LimitExceededException", fmt.Sprintf("App client %s has %d secrets already.", client, mostClientSecrets)}
	}
	s.made++
	one := clientSecret{fmt.Sprintf("%s--%d", client, s.made), value, now}
	s.list = append(s.list, one)
	return one, nil
}

// remove ends a secret. The last one stays, since a client does not lose that it has one.
func (s *clientSecrets) remove(id string) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(one clientSecret) bool { return one.id == id })
	switch {
	case i < 0:
		return &apiError{"ResourceNotFoundException", "There is no client secret " + id + "."}
	case len(s.list) == 1:
		return &apiError{"InvalidParameterException", "The only secret of an app client cannot be deleted."}
	}
	s.list = slices.Delete(s.list, i, i+1)
	return nil
}

// descriptor is Cognito's ClientSecretDescriptorType. The value is told once, of a secret that was made here.
type descriptor struct {
	ClientSecretID         string  `json:"ClientSecretId"`
	ClientSecretCreateDate float64 // seconds since 1970
	ClientSecretValue      string  `json:",omitempty"`
}

func (s clientSecret) descriptor() descriptor {
	return descriptor{ClientSecretID: s.id, ClientSecretCreateDate: seconds(s.created)}
}

// secretive finds the app client of an administrator's request, which has a secret.
func (p *Pool) secretive(in input) (Client, *apiError) {
	var id string
	if err := cmp.Or(inPool(in), in.must("ClientId", &id)); err != nil {
		return Client{}, err
	}
	c, err := p.client(&id)
	if err == nil && c.Secret == "" {
		err = &apiError{"InvalidParameterException", "User pool client " + id + " has no secret."}
	}
	return c, err
}

// addUserPoolClientSecret gives an app client another secret beside the one that it has.
// Source: Amazon Cognito user pools API reference, AddUserPoolClientSecret.
func (p *Pool) addUserPoolClientSecret(in input) (any, *apiError) {
	c, err := p.secretive(in)
	if err != nil {
		return nil, err
	}
	var given *string
	if err := in.read("ClientSecret", &given); err != nil {
		return nil, err
	}
	value := strings.ReplaceAll(randomToken(), "-", "+")
	if given != nil {
		if value = *given; !isClientSecret(value) {
			return nil, &apiError{"InvalidParameterException", "A client secret has 24 to 64 letters, digits, _ and +."}
		}
	}
	made, err := c.secrets.add(c.ID, value, p.now())
	if err != nil {
		return nil, err
	}
	told := made.descriptor()
	if given == nil {
		told.ClientSecretValue = value
	}
	return struct{ ClientSecretDescriptor descriptor }{told}, nil
}

// isClientSecret tells what can be one that is brought along.
func isClientSecret(text string) bool {
	return len(text) >= 24 && len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+") == ""
}

// deleteUserPoolClientSecret ends one of two secrets.
// Source: Amazon Cognito user pools API reference, DeleteUserPoolClientSecret.
func (p *Pool) deleteUserPoolClientSecret(in input) (any, *apiError) {
	c, err := p.secretive(in)
	if err != nil {
		return nil, err
	}
	var id string
	if err := in.must("ClientSecretId", &id); err != nil {
		return nil, err
	}
	if err := c.secrets.remove(id); err != nil {
		return nil, err
	}
	return nothing{}, nil
}

// listUserPoolClientSecrets tells which secrets there are, and no value.
// Source: Amazon Cognito user pools API reference, ListUserPoolClientSecrets.
func (p *Pool) listUserPoolClientSecrets(in input) (any, *apiError) {
	c, err := p.secretive(in)
	if err != nil {
		return nil, err
	}
	c.secrets.mu.Lock()
	defer c.secrets.mu.Unlock()
	all := []descriptor{}
	for _, one := range c.secrets.list {
		all = append(all, one.descriptor())
	}
	return struct{ ClientSecrets []descriptor }{all}, nil
}
