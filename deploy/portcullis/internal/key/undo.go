package key

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// undoTimeout bounds all the undoing, which goes on when the command is interrupted.
const undoTimeout = 30 * time.Second

// undo knows how to undo what was done.
type undo struct {
	steps []*step
}

// step undoes one thing.
type step struct {
	left string // what is left if it fails
	undo func(ctx context.Context) error
}

// add adds a step. It is added before what it undoes, of which nobody may know whether it was done.
func (u *undo) add(left string, undo func(ctx context.Context) error) *step {
	u.steps = append(u.steps, &step{left, undo})
	return u.steps[len(u.steps)-1]
}

// dropLast forgets the last step, where nothing was done.
func (u *undo) dropLast() { u.steps = u.steps[:len(u.steps)-1] }

// all undoes everything, the last first, because of an error. It gives that error, or a [*halfDoneError].
func (u *undo) all(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	half := halfDoneError{cause: cause}
	for i := len(u.steps) - 1; i >= 0; i-- {
		if err := u.steps[i].undo(ctx); err != nil {
			half.left = append(half.left, u.steps[i].left)
			half.failures = append(half.failures, err)
		}
	}
	if len(half.left) > 0 {
		return &half
	}
	return fmt.Errorf("%w; nothing of it is left", cause)
}

// halfDoneError says that something failed, and what is left of it because undoing failed too.
type halfDoneError struct {
	cause    error
	left     []string
	failures []error // of the undoing, one for each that is left
}

func (e *halfDoneError) Error() string {
	texts := make([]string, len(e.left))
	for i, left := range e.left {
		texts[i] = fmt.Sprintf("%s (%v)", left, e.failures[i])
	}
	return fmt.Sprintf("%v; undoing it failed too, and this is left: %s", e.cause, strings.Join(texts, "; "))
}
