package stage

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"
)

// AuthorizerCache is what a stage keeps of its Lambda authorizer's answers; zero: it has none.
type AuthorizerCache struct {
	TTL     time.Duration // how long each is kept; 0: none is
	Most    int           // how many are kept at most
	Answers []KeptAnswer  // those that there are, the last one that is forgotten first
}

// KeptAnswer is an answer of a Lambda authorizer that is given to all requests with the same identity.
type KeptAnswer struct {
	PrincipalID string    // as the authorizer calls the caller, without credentials; "": it does not
	Identity    string    // the same for the same values of identity sources, as long as the process runs; the values cannot be told from it
	Until       time.Time // when it is forgotten
}

// AnswerCache is what a stage keeps of the answers of a method.
type AnswerCache struct {
	Route   string        // such as "GET /things/{id}"
	TTL     time.Duration // how long each is kept
	Answers int           // how many there are
}

// methodAnswers is the cache of a method's answers.
type methodAnswers struct {
	route string
	ttl   time.Duration
	cache counted
}

// counted is a cache of whatever values.
type counted interface {
	Len() int
	Flush() int
}

// Keeps has the stage know of the cache of a method's answers.
func Keeps[V any](s *Stage, m *Method, answers *Cache[V]) {
	s.answers = append(s.answers, methodAnswers{m.Key(), answers.ttl, answers})
}

// AuthorizerCache tells what is kept of the Lambda authorizer's answers.
func (s *Stage) AuthorizerCache() AuthorizerCache {
	if s.identities == nil {
		return AuthorizerCache{}
	}
	all := AuthorizerCache{TTL: s.identities.ttl, Most: s.identities.most}
	s.identities.each(func(key string, e entry[Identity]) {
		all.Answers = append(all.Answers, KeptAnswer{e.value.shownID(), fingerprint(key), e.until})
	})
	slices.SortFunc(all.Answers, func(a, b KeptAnswer) int {
		return cmp.Or(b.Until.Compare(a.Until), strings.Compare(a.Identity, b.Identity))
	})
	return all
}

// FlushAuthorizers forgets the Lambda authorizer's answers, and tells how many there were.
func (s *Stage) FlushAuthorizers() int {
	if s.identities == nil {
		return 0
	}
	return s.identities.Flush()
}

// AnswerCaches tells of each method whose answers are kept, in the order of the methods.
func (s *Stage) AnswerCaches() []AnswerCache {
	var all []AnswerCache
	for _, a := range s.answers {
		all = append(all, AnswerCache{a.route, a.ttl, a.cache.Len()})
	}
	return all
}

// FlushAnswers forgets the answers of all methods, and tells how many there were.
func (s *Stage) FlushAnswers() int {
	flushed := 0
	for _, a := range s.answers {
		flushed += a.cache.Flush()
	}
	return flushed
}

// shownID is the principal's id without the credentials that the authorizer was asked by, which it may have taken for one.
func (i *Identity) shownID() string {
	var secrets []string
	for _, value := range i.values {
		secrets = append(secrets, value)
		if _, token, cut := strings.Cut(value, " "); cut {
			secrets = append(secrets, token)
		}
	}
	return cutSecrets(i.PrincipalID, slices.DeleteFunc(secrets, func(s string) bool { return len(s) < 8 }))
}

// secret is what fingerprints are made with. Without it, who sees one could try which of a few credentials gives it.
var secret = sync.OnceValue(func() []byte {
	made := make([]byte, sha256.Size)
	rand.Read(made)
	return made
})

func fingerprint(key string) string {
	mac := hmac.New(sha256.New, secret())
	mac.Write([]byte(key))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}
