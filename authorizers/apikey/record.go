package apikey

import (
	"crypto/sha256"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/policy"
)

// Record is what is kept of a key. [Record.Validate] says what its fields may hold. Times are in UTC and in whole
// seconds.
type Record struct {
	ID       string            // the 16 letters and digits of the key that may be seen: pk_ID_SECRET
	Hash     [sha256.Size]byte // SHA-256 of the secret's 43 characters
	Owner    string            // whom the key stands for; access rules compare it with path parameters
	Scopes   []string          // what the key is granted, sorted, each once
	Label    string            // for people; "" for none
	Networks []netip.Prefix    // the addresses that the key may be used from; none: any
	UsageKey string            // the API key that API Gateway counts the usage by (usageIdentifierKey); "" for none
	Created  time.Time         // when it was issued
	Expires  time.Time         // from then on the key is refused; zero: never
	Disabled bool              // the key is refused, until it is enabled again
	LastUsed Day               // 0: not yet

	// Successor is the ID of the key that the last rotation put in the place of this one, and that may be gone since; "": it was not rotated.
	Successor string
}

// Expired tells whether the key has come to its end.
func (r *Record) Expired(now time.Time) bool { return !r.Expires.IsZero() && !now.Before(r.Expires) }

// AllowsFrom tells whether the key may be used from an address. An IPv4 address may be written as IPv6. A key without
// networks may be used from every address; the zero Addr, which is none, and an address with a zone are never allowed.
func (r *Record) AllowsFrom(address netip.Addr) bool {
	if !address.IsValid() || address.Zone() != "" {
		return false
	}
	if len(r.Networks) == 0 {
		return true
	}
	address = address.Unmap()
	return slices.ContainsFunc(r.Networks, func(network netip.Prefix) bool { return network.Contains(address) })
}

// Principal is who uses the key. Its Networks have to be seen to by who makes use of it.
func (r *Record) Principal() authorizers.Principal {
	p := authorizers.Principal{
		ID:       r.Owner,
		Schemes:  []string{policy.SchemeAPIKey},
		Scopes:   slices.Clone(r.Scopes),
		Expires:  r.Expires,
		Networks: slices.Clone(r.Networks),
		UsageKey: r.UsageKey,
		Context: map[string]string{
			authorizers.ContextSubject: r.Owner,
			authorizers.ContextScheme:  policy.SchemeAPIKey,
			authorizers.ContextKeyID:   r.ID,
		},
	}
	if len(r.Scopes) > 0 {
		p.Context[authorizers.ContextScopes] = strings.Join(r.Scopes, " ")
	}
	if !r.Expires.IsZero() {
		p.Context[authorizers.ContextExpires] = strconv.FormatInt(r.Expires.Unix(), 10)
	}
	return p
}

// issued is r as the record of a new key: with its ID and hash, created now, and neither used nor rotated yet.
func (r Record) issued(key Key, now time.Time) Record {
	r = r.clone()
	r.ID, r.Hash = key.ID(), key.hash()
	slices.Sort(r.Scopes)
	r.Scopes = slices.Compact(r.Scopes)
	r.Created, r.LastUsed, r.Successor = now.UTC().Truncate(time.Second), 0, ""
	if !r.Expires.IsZero() {
		r.Expires = r.Expires.UTC().Truncate(time.Second)
	}
	return r
}

// clone shares nothing with r.
func (r Record) clone() Record {
	r.Scopes, r.Networks = slices.Clone(r.Scopes), slices.Clone(r.Networks)
	return r
}
