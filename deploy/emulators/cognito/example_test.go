package cognito_test

import (
	"fmt"

	"portcullis/deploy/emulators/cognito"
)

func Example() {
	pool, err := cognito.New(cognito.Config{BaseURL: "http://127.0.0.1:8080/_cognito"})
	if err != nil {
		fmt.Println(err)
		return
	}
	// http.Handle("/_cognito/", pool) serves it.
	fmt.Println(pool.Issuer())
	for _, account := range pool.Accounts() {
		fmt.Println(account.Username, account.Groups, account.Subject)
	}
	// Output:
	// http://127.0.0.1:8080/_cognito/us-east-1_local
	// admin [admins] a0000000-0000-4000-8000-000000000001
	// reader [readers] a0000000-0000-4000-8000-000000000002
	// member [members] a0000000-0000-4000-8000-000000000003
}
