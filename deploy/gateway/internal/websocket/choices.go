package websocket

import (
	"time"

	"github.com/coder/websocket"
)

// The limits of API Gateway. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const (
	maxFrame          = 32 << 10  // bytes of a frame
	maxMessage        = 128 << 10 // bytes of a message
	maxURL            = 4096      // characters of the address that a client connects to
	maxAuthorized     = 8 << 10   // bytes of an authorizer's answer
	idleTimeout       = 10 * time.Minute
	connectionTimeout = 2 * time.Hour
	authorizerTimeout = 29 * time.Second
)

// What AWS does here is not known, and was chosen: messages of a connection are handled beside each other, and their answers may
// overtake each other; only data counts against the idle timeout, in either direction, and pings do not; and so much is kept of what a
// client does not take. POST @connections is refused what there is no room for; answers wait, and with them the client's next messages.
const (
	maxAtOnce      = 16               // messages of a connection that are handled at once; the next ones wait in the network
	maxQueued      = 128              // texts that wait to be sent to a client
	maxQueuedBytes = 2 * maxMessage   // bytes of them
	sendTimeout    = 10 * time.Second // how long a client may let a text wait that is being sent, before its connection ends
	endTimeout     = 5 * time.Second  // how long a client may take what is there for it, and answer that it is closed, when the gateway ends its connection
	statusOfDone   = 200              // of the access log's line and the trace, for a handshake that is accepted and a message that is handled
)

// ending is why a connection ends.
type ending struct {
	code   websocket.StatusCode
	reason string // of the close frame, and of $disconnect
}

// The ways in which a connection ends that is not the client's to close. Those of going away and of DELETE were seen; the codes of the
// others are documented, and their reasons chosen. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html.
var (
	goingAway   = ending{websocket.StatusGoingAway, "Going away"} // idle or connected for too long; also where the gateway closes
	deleted     = ending{websocket.StatusNormalClosure, "Connection Closed Normally"}
	binaryFrame = ending{websocket.StatusUnsupportedData, "Binary frames are not supported"}
	tooLarge    = ending{websocket.StatusMessageTooBig, "Message too long"}
	notText     = ending{websocket.StatusInvalidFramePayloadData, "Text is not UTF-8"}
	vanished    = ending{websocket.StatusAbnormalClosure, "Connection Closed Abnormally"} // no close frame came
)

// noStatus is the reason of $disconnect where a client's close frame has no status.
const noStatus = "Client-side close frame status not set"
