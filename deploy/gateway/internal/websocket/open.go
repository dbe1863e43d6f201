package websocket

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Connection is one that is open.
type Connection struct {
	ID          string    // as in events, and behind @connections
	Principal   string    // of who connected, without credentials: an authorizer's principalId, who signed, or the id of an API key; "": nobody was asked
	SourceIP    string    // the client's address
	ConnectedAt time.Time // when the handshake came in
	LastActive  time.Time // when data went over it last
	Received    int64     // how many messages the client has sent
	Sent        int64     // how many messages it was sent, with one that it may not have yet
}

// Connections are those that are open, the oldest first.
func (a *API) Connections() []Connection {
	var all []Connection
	for _, c := range a.sockets.all() {
		all = append(all, Connection{
			ID: c.id, Principal: c.opened.Who(), SourceIP: c.opened.SourceIP, ConnectedAt: c.opened.Start,
			LastActive: time.UnixMilli(c.lastActive.Load()), Received: c.received.Load(), Sent: c.sent.Load(),
		})
	}
	slices.SortFunc(all, func(a, b Connection) int {
		return cmp.Or(a.ConnectedAt.Compare(b.ConnectedAt), strings.Compare(a.ID, b.ID))
	})
	return all
}
