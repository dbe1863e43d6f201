package desk_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/desk"
)

// meetFunction answers when 6 processes of it are there.
const meetFunction = `package main

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		io.Copy(io.Discard, next.Body)
		os.WriteFile("here/" + strconv.Itoa(os.Getpid()), nil, 0o600)
		for {
			if all, err := os.ReadDir("here"); err != nil || len(all) >= 6 {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader("{\"statusCode\":200,\"body\":\"met\"}"))
	}
}
`

// TestEnvironments: so many processes of a binary answer at once as are said, which are more than there are without.
func TestEnvironments(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", ordersContract)
	write(t, "own.yaml", ordersMode)
	write(t, "main.go", meetFunction)
	if output, err := exec.Command("sh", "-c", "mkdir here && go build -o bootstrap main.go").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}}, Environments: 6})
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { expect(t, d, "/own/orders", 200, "met") })
	}
	all.Wait()
}

// TestOneEventAtATime: however many requests come at once, and whatever number is said, an emulator's address gets one event at a time, and
// one with a path no more than are said.
func TestOneEventAtATime(t *testing.T) {
	for path, most := range map[string]int32{"": 1, "/orders": 3} {
		var here, seen atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now := here.Add(1)
			for before := seen.Load(); now > before && !seen.CompareAndSwap(before, now); before = seen.Load() {
			}
			io.Copy(io.Discard, r.Body)
			time.Sleep(5 * time.Millisecond) // for others, of whom some may not come
			here.Add(-1)
			fmt.Fprint(w, `{"statusCode":200,"body":"one"}`)
		}))
		defer server.Close()
		t.Chdir(t.TempDir())
		write(t, "contract.yaml", ordersContract)
		write(t, "own.yaml", ordersMode)
		d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: server.URL + path}}, Environments: 3})
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() { expect(t, d, "/own/orders", 200, "one") })
		}
		all.Wait()
		if seen.Load() > most {
			t.Errorf("%q: %d events were there at once, want %d at most", path, seen.Load(), most)
		}
	}
}
