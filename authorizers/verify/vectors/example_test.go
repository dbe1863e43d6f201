package vectors_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/vectors"
)

// A verifier is tried with all tokens of one algorithm, at the vectors' clock.
func ExampleRead() {
	v, err := vectors.Read(vectors.Files())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, set := range v.Sets {
		if set.Algorithm != "EdDSA" {
			continue
		}
		for _, g := range set.Groups {
			verifier, err := verify.New(verify.Config{
				Issuers: []verify.Issuer{{
					Issuer: g.Issuer, Audience: []string{g.Audience}, Algorithms: g.Algorithms,
					JWKSURI: "data:application/json;base64," + base64.StdEncoding.EncodeToString(g.KeySet),
				}},
				Now: func() time.Time { return time.Unix(set.Time, 0) },
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			defer verifier.Close()
			for _, c := range g.Cases {
				if _, err := verifier.Verify(context.Background(), c.Token); (err == nil) != (c.Result == vectors.Accept) {
					fault, _ := v.Index.Fault(c.Name)
					fmt.Printf("%s: %v, want it to %s: %s (%s)\n", c.Name, err, c.Result, c.Why, fault.Source)
				}
			}
			fmt.Println(g.Name, "with", set.Algorithm, "is done")
		}
	}
	// Output: good-keys with EdDSA is done
}
