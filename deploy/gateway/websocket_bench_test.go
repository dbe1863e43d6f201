package gateway_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/testtools"
)

// BenchmarkWebSocketPeer has this gateway and serverless-offline connect clients, and answer their messages, one after the other: both ask
// an authorizer that verifies a token that it has not seen, and a function that decides each message by what the authorizer said. It gives
// what each does in a second, in the median of the rounds, and their ratio in the median, at least and at most:
//
//	go test -run - -bench WebSocketPeer -benchtime 7x ./deploy/gateway
func BenchmarkWebSocketPeer(b *testing.B) {
	credentials := newCredentials(b)
	tokens := make([]string, 2_000) // more than are remembered
	for i := range tokens {
		tokens[i] = credentials.issuer.CognitoAccess(verifytest.Options{Subject: fmt.Sprintf("user-%d", i), Scopes: []string{"chat/self"}})
	}
	sides := []*side{{path: "/test", tokens: tokens}, {path: "/", tokens: tokens}}
	sides[1].address = startServerlessOffline(b, credentials.issuer) // which may not be there
	sides[0].address = startLive(b, credentials)
	var connects, messages [2][]float64
	for b.Loop() {
		for i, s := range sides {
			connects[i] = append(connects[i], s.measure(b, s.connectAgain))
		}
		for i, s := range sides {
			messages[i] = append(messages[i], s.measure(b, s.askAgain))
		}
	}
	testtools.Compare(b, "connects", "peer", connects[0], connects[1])
	testtools.Compare(b, "messages", "peer", messages[0], messages[1])
	b.ReportMetric(0, "ns/op")
}

// startLive serves the gateway, with its function and what it logs, to where nobody reads it.
func startLive(b *testing.B, c *credentials) (address string) {
	b.Helper()
	function, err := live.NewFunction(live.FunctionConfig{Log: slog.New(slog.NewJSONHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	g := newLive(b, c, "chat/write", function)
	server := httptest.NewServer(g)
	b.Cleanup(server.Close)
	b.Cleanup(func() { g.Close() })
	return strings.TrimPrefix(server.URL, "http://")
}

// startServerlessOffline starts serverless-offline with the functions of testdata.
func startServerlessOffline(b *testing.B, issuer *verifytest.Issuer) (address string) {
	b.Helper()
	key := base64.RawURLEncoding.EncodeToString(issuer.PublicKey().(ed25519.PublicKey))
	return testtools.ServerlessOffline(b, filepath.Join("testdata", "serverless-offline"), testtools.OfflineWebSocket,
		`ISSUER_KEY={"kty":"OKP","crv":"Ed25519","x":"`+key+`"}`)
}

// side is one of those that are compared.
type side struct {
	address, path string
	tokens        []string
	next          atomic.Int64 // token
}

// measure has clients do something again and again, and gives how often they do it in a second.
func (s *side) measure(b *testing.B, again func(ctx context.Context, done *atomic.Int64) error) float64 {
	b.Helper()
	const clients, long = 16, time.Second
	ctx, cancel := context.WithCancel(context.Background())
	var done atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			if err := again(ctx, &done); err != nil {
				b.Error(err)
			}
		})
	}
	time.Sleep(long / 4) // until all are at it
	start, before := time.Now(), done.Load()
	time.Sleep(long)
	rate := float64(done.Load()-before) / time.Since(start).Seconds()
	cancel()
	all.Wait()
	if b.Failed() || rate == 0 {
		b.Fatalf("%s: %v in a second", s.address, rate)
	}
	return rate
}

// dial connects with the next token.
func (s *side) dial() (framed, error) {
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		return framed{}, err
	}
	token := s.tokens[int(s.next.Add(1))%len(s.tokens)]
	f, status, err := shake(c, "GET "+s.path+" HTTP/1.1\r\n"+handshakeLines+"Authorization: Bearer "+token+"\r\n\r\n")
	if err != nil || status != http.StatusSwitchingProtocols {
		return f, fmt.Errorf("%s: %d, %w", s.address, status, err)
	}
	return f, nil
}

// connectAgain connects, closes the connection, and does it again.
func (s *side) connectAgain(ctx context.Context, done *atomic.Int64) error {
	for ctx.Err() == nil {
		f, err := s.dial()
		if err != nil {
			return err
		}
		io.WriteString(f, frameOf(0x88, "\x03\xe8"))
		_, _, err = f.hear()
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: closing: %w", s.address, err)
		}
		done.Add(1)
	}
	return nil
}

// askAgain asks over a connection who it is, and again when it is told.
func (s *side) askAgain(ctx context.Context, done *atomic.Int64) error {
	f, err := s.dial()
	if err != nil {
		return err
	}
	defer f.Close()
	for n := 0; ctx.Err() == nil; n++ {
		if err := f.say(fmt.Sprintf(`{"action":"whoami","id":"%d"}`, n)); err != nil {
			return err
		}
		if _, text, err := f.hear(); err != nil || !strings.HasPrefix(text, fmt.Sprintf(`{"action":"whoami","id":"%d","sub":"user-`, n)) || !strings.Contains(text, `"scopes":["chat/self"]`) {
			return fmt.Errorf("%s: %s, %w", s.address, text, err)
		}
		done.Add(1)
	}
	return nil
}
