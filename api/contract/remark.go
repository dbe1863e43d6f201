package contract

// Remark says what of a contract is passed over, or does something else than what it reads like.
type Remark struct {
	Line    int // of the file, where that is first
	Text    string
	Differs bool // it does something else than what it reads like
}
