package cognito

import (
	"cmp"
	"encoding/base64"
	"sync"
	"time"

	"github.com/google/uuid"

	"portcullis/deploy/emulators/cognito/srp"
)

// device is one that a pool remembers, or that it gave a key and waits for.
type device struct {
	subject   string // whose it is
	group     string // DeviceGroupKey
	verifier  srp.Verifier
	confirmed bool
}

// devices are those of a pool that remembers them, at most max.
type devices struct {
	max int

	mu    sync.Mutex
	byKey map[string]device
	order []string // oldest first
}

// add gives somebody's device a key.
func (all *devices) add(who person) (key, group string) {
	key, group = "us-east-1_"+uuid.NewString(), randomToken()[:9]
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.order) >= all.max {
		delete(all.byKey, all.order[0])
		all.order = all.order[1:]
	}
	all.byKey[key] = device{subject: who.Subject, group: group}
	all.order = append(all.order, key)
	return key, group
}

// of finds a device of somebody's.
func (all *devices) of(who person, key string) (device, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	d, known := all.byKey[key]
	return d, known && d.subject == who.Subject
}

// confirm keeps what the device's password is proved with.
func (all *devices) confirm(who person, key string, verifier, salt []byte) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	d, known := all.byKey[key]
	if !known || d.subject != who.Subject {
		return noSuchDevice
	}
	if d.confirmed {
		return invalid("Device is confirmed already.")
	}
	kept, err := srp.VerifierOf(d.group, key, verifier, salt)
	if err != nil {
		return invalid("DeviceSecretVerifierConfig is not valid.")
	}
	d.verifier, d.confirmed = kept, true
	all.byKey[key] = d
	return nil
}

// isConfirmed tells whether a key is that of a confirmed device, whosever it is.
func (all *devices) isConfirmed(key string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.byKey[key].confirmed
}

var noSuchDevice = &apiError{"ResourceNotFoundException", "Device does not exist."}

// from is the client as a request's device comes through it; in a pool that remembers none there is none.
func (p *Pool) from(client Client, key string) Client {
	if p.devices != nil {
		client.device = key
	}
	return client
}

// remembered tells whether somebody signs in from a confirmed device. One that is not theirs is an error.
func (p *Pool) remembered(who person, client Client) (bool, *apiError) {
	if client.device == "" {
		return false, nil
	}
	d, known := p.devices.of(who, client.device)
	if !known {
		return false, noSuchDevice
	}
	return d.confirmed, nil
}

// askDevice asks a device to prove to be it.
// Source: Amazon Cognito developer guide, "Signing in with a device".
func (p *Pool) askDevice(who person, client Client) *authResponse {
	c := challengeTo(who, client, "DEVICE_SRP_AUTH")
	c.device = client.device
	return p.ask(c, map[string]string{"USERNAME": who.Username, "DEVICE_KEY": c.device})
}

// beginDevice takes the device's public value.
func (p *Pool) beginDevice(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "SRP_A", "DEVICE_KEY"); err != nil {
		return nil, err
	}
	c, who, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	d, known := p.devices.of(who, c.device)
	if !known || c.device != a.client.device {
		return nil, noSuchDevice
	}
	next := challengeTo(who, a.client, "DEVICE_PASSWORD_VERIFIER")
	next.device = c.device
	exchange, wrong := d.verifier.Exchange(a.responses["SRP_A"])
	if wrong != nil {
		return nil, invalid("SRP_A is not valid")
	}
	next.exchange = exchange
	response := p.ask(next, map[string]string{"USERNAME": who.Username, "DEVICE_KEY": c.device, "SALT": exchange.Salt(), "SRP_B": exchange.B()})
	response.ChallengeParameters["SECRET_BLOCK"] = encodeBlock(response.Session)
	return response, nil
}

// verifyDevice takes the proof.
func (p *Pool) verifyDevice(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP", "DEVICE_KEY"); err != nil {
		return nil, err
	}
	c, who, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	block := decodeBlock(a.responses["PASSWORD_CLAIM_SECRET_BLOCK"])
	signed, wrong := time.Parse(srp.TimestampLayout, a.responses["TIMESTAMP"])
	switch {
	case wrong != nil, string(block) != a.session, c.device != a.client.device, p.now().Sub(signed).Abs() > challengeLifetime:
		return nil, wrongPassword
	case !c.exchange.Verify(block, a.responses["TIMESTAMP"], a.responses["PASSWORD_CLAIM_SIGNATURE"]):
		return nil, wrongPassword
	}
	return p.complete(who, a.client, c.device)
}

// newDevice is NewDeviceMetadataType.
type newDevice struct{ DeviceKey, DeviceGroupKey string }

// confirmDevice keeps the verifier of a device that the access token's user signed in from.
// Source: Amazon Cognito user pools API reference, ConfirmDevice.
func (p *Pool) confirmDevice(in input) (any, *apiError) {
	var key *string
	var config struct{ PasswordVerifier, Salt string }
	who, err := p.bearer(in)
	if err := cmp.Or(err, in.read("DeviceKey", &key), in.read("DeviceSecretVerifierConfig", &config)); err != nil {
		return nil, err
	}
	switch {
	case key == nil:
		return nil, nullMember("deviceKey")
	case p.devices == nil:
		return nil, noSuchDevice
	}
	verifier, wrong := base64.StdEncoding.DecodeString(config.PasswordVerifier)
	salt, wrong2 := base64.StdEncoding.DecodeString(config.Salt)
	if wrong != nil || wrong2 != nil {
		return nil, invalid("DeviceSecretVerifierConfig is not valid.")
	}
	if err := p.devices.confirm(who, *key, verifier, salt); err != nil {
		return nil, err
	}
	return struct{ UserConfirmationNecessary bool }{}, nil
}
