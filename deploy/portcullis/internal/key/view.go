package key

import (
	"cmp"
	"strings"
	"time"

	"portcullis/authorizers/apikey"
)

// The states of a key.
const (
	stateGood     = "good"
	stateDisabled = "disabled"
	stateExpired  = "expired"
)

// view is what is shown of a record: neither the hash nor the usage key.
type view struct {
	ID         string     `json:"id"`
	Owner      string     `json:"owner"`
	Scopes     []string   `json:"scopes"`
	Label      string     `json:"label,omitempty"`
	Networks   []string   `json:"networks,omitempty"` // none: any
	GatewayKey string     `json:"gatewayKey,omitempty"`
	Created    time.Time  `json:"created"`
	Expires    *time.Time `json:"expires,omitempty"`
	State      string     `json:"state"`
	LastUsed   string     `json:"lastUsed,omitempty"`
	Successor  string     `json:"successor,omitempty"` // the last rotation's
}

// foreignKey stands for an API key of the gateway that another tool than this made.
const foreignKey = "(not made by this command)"

func viewOf(r apikey.Record, now time.Time) view {
	v := view{ID: r.ID, Owner: r.Owner, Scopes: append([]string{}, r.Scopes...), Label: r.Label, Created: r.Created, State: stateOf(r, now), Successor: r.Successor}
	for _, network := range r.Networks {
		v.Networks = append(v.Networks, network.String())
	}
	if r.UsageKey != "" {
		v.GatewayKey = foreignKey
		if name, ours := nameOf(r.UsageKey); ours {
			v.GatewayKey = name
		}
	}
	if !r.Expires.IsZero() {
		v.Expires = &r.Expires
	}
	if r.LastUsed != 0 {
		v.LastUsed = r.LastUsed.String()
	}
	return v
}

func stateOf(r apikey.Record, now time.Time) string {
	switch {
	case r.Disabled:
		return stateDisabled
	case r.Expired(now):
		return stateExpired
	}
	return stateGood
}

// field is a part of a view in words.
type field struct {
	heading, text string
}

// columns are the fields in the list.
func (v view) columns() []field {
	fields := v.fields()
	return fields[:len(fields)-2]
}

// fields are the columns of the list, and the last two that are not.
func (v view) fields() []field {
	return []field{
		{"id", v.ID},
		{"owner", v.Owner},
		{"scopes", strings.Join(v.Scopes, " ")},
		{"label", v.Label},
		{"created", v.Created.Format(time.RFC3339)},
		{"expires", v.expires()},
		{"state", v.State},
		{"last used", cmp.Or(v.LastUsed, "never")},
		{"networks", cmp.Or(strings.Join(v.Networks, " "), "any")},
		{"gateway key", v.GatewayKey},
		{"rotated to", v.Successor},
	}
}

func (v view) expires() string {
	if v.Expires == nil {
		return "never"
	}
	return v.Expires.Format(time.RFC3339)
}
