package revoke

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"portcullis/authorizers/revocation"
	"portcullis/deploy/portcullis/internal/cli"
)

// maxToken bounds a token, in bytes. No authorizer accepts one as large.
const maxToken = 64 << 10

func (g *group) token() *cobra.Command {
	command := &cobra.Command{
		Use:   "token [flags] <FILE",
		Short: "Revoke the token on stdin, or all of its sign-in",
		Long: `Revokes the token on stdin, which is not verified, and not printed. With --family, all tokens with its origin_jti are
revoked, also those that are issued later. That does not end the refresh token: revoke it with the issuer too, or it gets good
tokens again after --for.`,
		Example: `  echo "$TOKEN" | portcullis revoke token
  echo "$TOKEN" | portcullis revoke token --family -o json`,
		Args: noToken,
	}
	family := command.Flags().Bool("family", false, "all tokens with the origin_jti of this one")
	var life time.Duration
	addLife(command.Flags(), &life)
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, _ []string) error {
		if !*family && command.Flags().Changed(lifeName) {
			return cli.Usage("--for goes with --family: a token says when it ends")
		}
		text, err := g.ReadStdin(command.Context(), "token", maxToken)
		if err != nil {
			return err
		}
		e, err := entryOf(text, *family, life, g.Now())
		if err != nil {
			return err
		}
		if err := check(e); err != nil {
			return err
		}
		act := "token"
		if *family {
			act = "token --family"
		}
		return g.revoke(command, act, e, output.Value)
	}
	return command
}

// noToken wants no argument: what is one may be a token, and is not repeated.
func noToken(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return cli.Usage("the token is read from stdin: a command line can be seen by others")
	}
	return nil
}

// entryOf is what revokes a token.
func entryOf(token string, family bool, life time.Duration, now time.Time) (e revocation.Entry, err error) {
	c, err := parseClaims(token)
	if err != nil {
		return e, fmt.Errorf("stdin: %w", err)
	}
	issuer, err := c.text("iss")
	if err != nil {
		return e, err
	}
	ends, err := c.ends()
	if err != nil {
		return e, err
	}
	if family {
		return c.family(issuer, latest(ends, now.Add(life)))
	}
	return c.token(issuer, ends, now)
}

// claims are those of a token that was not verified.
type claims map[string]json.RawMessage

// parseClaims reads the claims of a JWT in its compact form as strictly as those who verify it: canonical base64url, and
// no claim twice, since readers differ on which one counts.
func parseClaims(token string) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("want a JWT, of three parts separated by dots, and nothing else")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || part == "" || strings.ContainsAny(part, "\r\n") {
			return nil, errors.New("want a JWT, with base64url in every part")
		}
	}
	return parseObject(decoded[1])
}

var errObject = errors.New("want a JWT whose claims are a JSON object, without a claim twice")

func parseObject(data []byte) (claims, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') || !utf8.Valid(data) {
		return nil, errObject
	}
	all := claims{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, errObject
		}
		var value json.RawMessage
		text, _ := name.(string)
		if _, twice := all[text]; twice || decoder.Decode(&value) != nil {
			return nil, errObject
		}
		all[text] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errObject
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errObject
	}
	return all, nil
}

// text is a claim that is a text, and not empty.
func (c claims) text(name string) (text string, err error) {
	if json.Unmarshal(c[name], &text) != nil || text == "" {
		return "", fmt.Errorf("the token has no claim %s that is a text", name)
	}
	return text, nil
}

func (c claims) token(issuer string, ends, now time.Time) (e revocation.Entry, err error) {
	id, err := c.text("jti")
	if err != nil {
		return e, fmt.Errorf("%w: revoke it with --family, or all of its user's with portcullis revoke user", err)
	}
	return revocation.OfToken(issuer, id, ends), checkEnds(ends, now, "the token")
}

func (c claims) family(issuer string, ends time.Time) (e revocation.Entry, err error) {
	id, err := c.text("origin_jti")
	if err != nil {
		return e, fmt.Errorf("%w: revoke it without --family, or all of its user's with portcullis revoke user", err)
	}
	return revocation.OfFamily(issuer, id, ends), nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ends is exp, in seconds since 1970, and not earlier.
func (c claims) ends() (time.Time, error) {
	var seconds float64
	const year9999 = 253402300799
	if raw := c["exp"]; json.Unmarshal(raw, &seconds) != nil || string(raw) == "null" || seconds <= 0 || seconds > year9999-revocation.Margin.Seconds() {
		return time.Time{}, errors.New("the token has no claim exp that is a time in seconds since 1970")
	}
	return time.Unix(int64(math.Ceil(seconds)), 0).UTC(), nil
}

// checkEnds refuses what has ended for everybody, whatever their clock: a [*cli.NoError].
func checkEnds(ends, now time.Time, what string) error {
	if now.After(ends.Add(revocation.Margin)) {
		return &cli.NoError{Err: fmt.Errorf("%s ended at %s: nobody accepts it, and there is nothing to revoke", what, ends.UTC().Format(time.RFC3339))}
	}
	return nil
}
