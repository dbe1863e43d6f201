package console

// The kinds of credentials.
const (
	kindNone  = "none"
	kindToken = "token"
	kindKey   = "key"
	kindIAM   = "iam"
)

// credential is what the page calls with. Of its members, one beside the kind is there, or none.
type credential struct {
	Kind   string `json:"kind"`
	Token  string `json:"token,omitempty"`
	Key    string `json:"key,omitempty"`    // an API key
	Caller string `json:"caller,omitempty"` // the id of an access key
}
