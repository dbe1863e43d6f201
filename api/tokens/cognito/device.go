package cognito

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito/internal/srp"
)

// The challenges by which a remembered device proves to be it
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html, "Signing in with a device").
const (
	deviceSRP      = "DEVICE_SRP_AUTH"
	deviceVerifier = "DEVICE_PASSWORD_VERIFIER"
)

// errDevice is for a device that Cognito does not take. Its user may be right all the same.
var errDevice = errors.New("the user pool does not take the device")

// errNoDevice is errDevice where it is too late to go on without one.
var errNoDevice = &tokens.InputError{Field: "device", Problem: "is none that the user pool takes: sign in without it"}

// withoutDevice signs in again without the device where Cognito does not take it: it may have been forgotten there.
func withoutDevice(c tokens.Credentials, signIn func(tokens.Credentials) (tokens.Outcome, error)) (tokens.Outcome, error) {
	outcome, err := signIn(c)
	if !errors.Is(err, errDevice) {
		return outcome, err
	}
	c.Device = tokens.Device{}
	return signIn(c)
}

// conclude reads an answer, once the device that was asked for has proved to be it, and a new one is confirmed.
func (p *Pool) conclude(ctx context.Context, username string, device tokens.Device, a answer) (tokens.Outcome, error) {
	if a.name == deviceSRP && device.Key != "" {
		var err error
		if a, err = p.proveDevice(ctx, cmp.Or(a.parameters["USERNAME"], username), device, a.session); err != nil {
			return tokens.Outcome{}, err
		}
	}
	outcome, err := outcomeOf(a)
	if issued := outcome.Tokens; issued != nil && a.result.NewDeviceMetadata != nil {
		issued.Device, issued.Unremembered = p.confirmDevice(ctx, issued.Access, *a.result.NewDeviceMetadata)
	}
	return outcome, err
}

// proveDevice answers DEVICE_SRP_AUTH, and then DEVICE_PASSWORD_VERIFIER. What is refused there is the device.
func (p *Pool) proveDevice(ctx context.Context, username string, device tokens.Device, session *string) (answer, error) {
	client, err := srp.New(nil)
	if err != nil {
		return answer{}, err
	}
	asked, err := p.respond(ctx, deviceSRP, session, map[string]string{"USERNAME": username, "DEVICE_KEY": device.Key, "SRP_A": client.A()})
	if err != nil {
		return answer{}, deviceRefused(err)
	}
	if asked.name != deviceVerifier {
		return answer{}, &tokens.ChallengeError{Name: string(asked.name)}
	}
	of := srp.Challenge{Pool: device.GroupKey, User: device.Key, Salt: asked.parameters["SALT"], B: asked.parameters["SRP_B"], SecretBlock: asked.parameters["SECRET_BLOCK"]}
	now := time.Now()
	signature, err := client.Sign(of, string(device.Password), now)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", respond, err)
	}
	a, err := p.respond(ctx, deviceVerifier, asked.session, map[string]string{
		"USERNAME": cmp.Or(asked.parameters["USERNAME"], username), "DEVICE_KEY": device.Key,
		"PASSWORD_CLAIM_SECRET_BLOCK": of.SecretBlock, "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": now.UTC().Format(srp.TimestampLayout),
	})
	return a, deviceRefused(err)
}

// deviceRefused is errDevice in the place of what refuses an answer.
func deviceRefused(err error) error {
	if errors.Is(err, tokens.ErrRefused) || errors.As(err, new(*tokens.InputError)) {
		return errDevice
	}
	return err
}

// devicePasswordSize is that of a device's password before it is base64, in bytes.
const devicePasswordSize = 40

// confirmDevice calls ConfirmDevice, which needs the access token alone, with a verifier of a password that is made here and given to the
// client alone.
func (p *Pool) confirmDevice(ctx context.Context, access tokens.Secret, made types.NewDeviceMetadataType) (tokens.Device, error) {
	random := make([]byte, devicePasswordSize)
	rand.Read(random)
	device := tokens.Device{Key: aws.ToString(made.DeviceKey), GroupKey: aws.ToString(made.DeviceGroupKey), Password: tokens.Secret(base64.StdEncoding.EncodeToString(random))}
	verifier, salt, err := srp.Verifier(device.GroupKey, device.Key, string(device.Password), nil)
	if err != nil {
		return tokens.Device{}, err
	}
	_, err = call(ctx, p, confirmDevice, func(ctx context.Context) (*cognitoidentityprovider.ConfirmDeviceOutput, error) {
		return p.client.ConfirmDevice(ctx, &cognitoidentityprovider.ConfirmDeviceInput{
			AccessToken: aws.String(string(access)), DeviceKey: &device.Key,
			DeviceSecretVerifierConfig: &types.DeviceSecretVerifierConfigType{
				PasswordVerifier: aws.String(base64.StdEncoding.EncodeToString(verifier)), Salt: aws.String(base64.StdEncoding.EncodeToString(salt)),
			},
		}, once)
	})
	if err != nil {
		return tokens.Device{}, err
	}
	return device, nil
}
