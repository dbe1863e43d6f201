package inquiry

import "portcullis/policy"

// Question is a request, or a message, that is asked about.
type Question struct {
	Connect      bool       // to connect to the WebSocket API
	Key, Message string     // of a message to it: its route's key, and its text, if that is known
	Method, Path string     // $connect or "message KEY", and "", of the WebSocket API
	ARN          policy.ARN // of the request, or of connecting
}

// String is the method and path, or what is asked of a WebSocket API.
func (q Question) String() string { return RouteName(policy.Route{Method: q.Method, Path: q.Path}) }

// IsNeverSent tells whether a character never stands in the path of a request (RFC 9112, section 3.2).
func IsNeverSent(r rune) bool { return r <= ' ' || r == 0x7f || r == '?' || r == '#' }
