package functions

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/plan"
)

// variables are what the functions need to start, as they are deployed: with tables and with revocations.
var variables = []string{
	`ISSUERS=[{"issuer":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example","audience":["client"],"tokenUse":["access"]}]`,
	`GROUP_SCOPES={"admins":["users/read","users/write"],"members":["users/self"]}`,
	"USERS_TABLE=users", "CONNECTIONS_TABLE=connections", "CONNECTIONS_ENDPOINT=https://abc.execute-api.us-east-1.amazonaws.com/prod", "API_KEYS_TABLE=keys", "REVOCATION=table", "REVOCATION_TABLE=revocations",
	"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "USER_POOL_CLIENT_ID=client",
	"USER_POOL_CLIENT_SECRET_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf",
}

// BenchmarkColdStart is the time from a function's exec to its first poll for an event, on this machine, beside that of a function
// that does nothing. A round starts each of them once, in any order, so that whatever else the machine does slows all of them. It prints for each
// the median in milliseconds, the quartiles, and how many times the empty function's median it is.
//
//	go test ./deploy/functions -run - -bench ColdStart -benchtime 100x
func BenchmarkColdStart(b *testing.B) {
	const empty = "empty"
	binaries := buildAll(b)
	binaries = append(binaries, lambda.Config{Name: empty, Binary: buildFor(b, "./deploy/functions/testdata/empty", empty)})
	took := map[string][]time.Duration{}
	for b.Loop() {
		for _, i := range rand.Perm(len(binaries)) {
			config, begin := binaries[i], time.Now()
			started, err := lambda.Start(context.Background(), config)
			if err != nil {
				b.Fatal(err)
			}
			took[config.Name] = append(took[config.Name], time.Since(begin))
			started.Close(context.Background())
		}
	}
	b.ReportMetric(0, "ns/op") // of a round says nothing
	for _, all := range took {
		slices.Sort(all)
	}
	quantile := func(name string, of float64) float64 {
		all := took[name]
		return float64(all[int(of*float64(len(all)-1))]) / float64(time.Millisecond)
	}
	for _, config := range binaries {
		name, median := config.Name, quantile(config.Name, 0.5)
		b.Logf("%-8s %5.1f ms (quartiles %.1f and %.1f), %.2f x the empty function's", name, median, quantile(name, 0.25), quantile(name, 0.75), median/quantile(empty, 0.5))
		b.ReportMetric(median/quantile(empty, 0.5), name+"/empty")
	}
}

// buildAll builds every function as it is deployed, with its rules beside it, for this machine.
func buildAll(b *testing.B) (all []lambda.Config) {
	b.Helper()
	module, err := ModuleDir(".")
	if err != nil {
		b.Fatal(err)
	}
	contract, err := contract.Load(Contract(module))
	if err != nil {
		b.Fatal(err)
	}
	rules, err := plan.CompileRules(contract, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, function := range Functions {
		config := lambda.Config{Name: function.Name, Binary: buildFor(b, function.Package, function.Name), Env: variables}
		if function.Rules {
			if err := os.WriteFile(filepath.Join(filepath.Dir(config.Binary), "rules.json"), rules.File, 0o600); err != nil {
				b.Fatal(err)
			}
		}
		all = append(all, config)
	}
	return all
}

// buildFor builds a main package as a function is built, for this machine.
func buildFor(b *testing.B, pkg, name string) (binary string) {
	b.Helper()
	module, err := ModuleDir(".")
	if err != nil {
		b.Fatal(err)
	}
	binary = filepath.Join(b.TempDir(), name, "bootstrap")
	if output, err := goBuild(context.Background(), module, []string{pkg}, runtime.GOOS, runtime.GOARCH, binary, deployed); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	return binary
}
