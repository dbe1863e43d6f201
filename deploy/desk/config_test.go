package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestRefusedOptions: the error names the option and the value, and says what was wanted.
func TestRefusedOptions(t *testing.T) {
	functions := func(all ...desk.Function) desk.Config { return desk.Config{Addr: "127.0.0.1:0", Functions: all} }
	tests := []struct {
		config                desk.Config
		option, value, reason string
	}{
		{desk.Config{}, "--addr", "", "want HOST:PORT"},
		{desk.Config{Addr: "nowhere"}, "--addr", "nowhere", "want HOST:PORT"},
		{desk.Config{Addr: "192.0.2.1:8080"}, "--addr", "192.0.2.1:8080", "want a loopback host, or none for every interface"},
		{desk.Config{Addr: "desk.example:80"}, "--addr", "desk.example:80", "want a loopback host"},
		{desk.Config{Addr: "127.0.0.1:99999"}, "--addr", "127.0.0.1:99999", `want a port from 0 to 65535, got "99999"`},
		{desk.Config{Addr: ":0", Hosts: []string{"a.example", "b.example:80"}}, "--host", "b.example:80", "want a host's name without a port"},
		{desk.Config{Addr: ":0", Hosts: []string{""}}, "--host", "", "want a host's name"},
		{desk.Config{Addr: ":0", Modes: []string{"a.yaml", "a.yaml"}}, "--mode", "a.yaml", "each once"},
		{desk.Config{Addr: ":0", Modes: []string{""}}, "--mode", "", "want the file of a mode or a name"},
		{functions(desk.Function{Name: "orders"}), "--function", "orders=", "want NAME=URL, NAME=BINARY or, for all that name none, URL or BINARY"},
		{functions(desk.Function{Where: "=x"}), "--function", "=x", "want NAME=URL, NAME=BINARY or, for all that name none, URL or BINARY"},
		{functions(desk.Function{Where: "x"}), "--function", "x", "all that ../../api/openapi.yaml has names a function: want NAME=URL or NAME=BINARY"},
		{functions(desk.Function{Where: "x"}, desk.Function{Where: "y"}), "--function", "y", "the one for all that name none is given twice"},
		{functions(desk.Function{Name: "or.ders", Where: "x"}), "--function", "or.ders=x", `1 to 64 of a-z A-Z 0-9 - _, got "or.ders"`},
		{functions(desk.Function{Name: "$default", Where: "x"}), "--function", "x", `1 to 64 of a-z A-Z 0-9 - _, got "$default"`},
		{functions(desk.Function{Name: strings.Repeat("a", 65), Where: "x"}), "--function", strings.Repeat("a", 65) + "=x", "1 to 64"},
		{functions(desk.Function{Name: "a", Where: "x"}, desk.Function{Name: "a", Where: "y"}), "--function", "a=y", "given twice"},
		{functions(desk.Function{Name: "a", Where: "ftp://127.0.0.1"}), "--function", "a=ftp://127.0.0.1", "want an http or https URL"},
		{functions(desk.Function{Name: "a", Where: "x"}), "--function", "a=x", "neither ../../api/openapi.yaml nor a mode names it"},
		{functions(desk.Function{Name: "users", Where: "nowhere"}), "--function", "users=nowhere", "no such file"},
	}
	for _, test := range tests {
		err := desk.Run(t.Context(), context.Background(), test.config)
		wrong, typed := errors.AsType[*desk.OptionError](err)
		if !typed || wrong.Option != test.option || wrong.Value != test.value || !strings.Contains(wrong.Err.Error(), test.reason) {
			t.Errorf("%+v: %v", test.config, err)
		}
	}
}
