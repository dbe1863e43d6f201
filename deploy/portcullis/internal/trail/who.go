package trail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/user"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// whoTimeout bounds the question who calls.
const whoTimeout = 10 * time.Second

// OfAWS gives what asks AWS who it is that the configuration's credentials are of: the ARN of a user, or of a role's session. Nobody needs a
// permission for it. See https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
func OfAWS(cfg aws.Config) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, whoTimeout)
		defer cancel()
		answer, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", fmt.Errorf("who does it: %w", err)
		}
		if aws.ToString(answer.Arn) == "" {
			return "", errors.New("who does it: AWS STS names no ARN")
		}
		return *answer.Arn, nil
	}
}

// OfMachine is the user of this machine who runs the command, for tables of this machine, which take anybody's credentials.
func OfMachine(context.Context) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("who does it: %w", err)
	}
	u, err := user.Current()
	if err != nil {
		return fmt.Sprintf("local:uid %d@%s", os.Getuid(), host), nil // as in a container without a list of users
	}
	return "local:" + u.Username + "@" + host, nil
}

// IsHere tells whether an endpoint is one of this machine, as a desk's or an emulator's; "" is AWS's own.
func IsHere(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Host != "" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}
