package revocation_test

import (
	"testing"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/revocationtest"
)

func TestMemoryStore(t *testing.T) {
	revocationtest.Run(t, func(*testing.T) (revocation.Store, revocation.Reader) {
		s := revocation.NewMemoryStore()
		return s, s
	})
}
