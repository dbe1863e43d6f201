package apikey_test

import (
	"testing"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/apikeytest"
)

func TestMemoryStore(t *testing.T) {
	apikeytest.Run(t, func(*testing.T) apikey.Store { return apikey.NewMemoryStore() })
}
