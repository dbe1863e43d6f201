// Package comments has exported names of each kind, with a comment and without.
package comments

// Said is commented.
type Said struct{}

// Say is commented.
func (*Said) Say() {}

func (*Said) BareMethod() {}

type Bare[T any] struct{}

// Say is commented.
func (Bare[T]) Say() {}

type hidden struct{}

func (hidden) Method() {}

func BareFunc() {}

const BareConst = 1

// All of these are commented.
const (
	OfGroup     = 1
	OtherOfThem = 2
)

const (
	Beside = 3 // is commented
	// Above is commented.
	Above       = 4
	BareOfGroup = 5
)

var BareVar, hiddenVar int
