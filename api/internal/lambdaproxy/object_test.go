package lambdaproxy_test

import (
	"encoding/json"
	"errors"
	"testing"

	"portcullis/api/internal/lambdaproxy"
	"portcullis/api/internal/lambdaproxy/proxytest"
)

// TestObjects reads {"name": text, "inner": {"a": text, "b": text}}, as a function does that answers what it read.
func TestObjects(t *testing.T) {
	cases := []struct{ body, want string }{
		{`{"name":"x"}`, `{"name":"x"}`},
		{`{"name":"x","inner":{}}`, `{"inner":{},"name":"x"}`},
		{` {"inner": {"a":"1", "b":""} , "name":"\u0078"} `, `{"inner":{"a":"1","b":""},"name":"x"}`},
		{`{}`, `{"error":"name is not there"}`},
		{`{"name":"x","inner":null}`, `{"error":"inner must be a JSON object"}`},
		{`{"name":"x","inner":"y"}`, `{"error":"inner must be a JSON object"}`},
		{`{"name":"x","inner":{"c":"1"}}`, `{"error":"inner has an unknown member \"c\""}`},
		{`{"name":"x","inner":{"a":"1","\u0061":"2"}}`, `{"error":"inner has the member \"a\" twice"}`},
		{`{"name":"x","inner":{"a":true}}`, `{"error":"inner.a must be a string, not a boolean"}`},
		{`{"name":"x","inner":{"b":{}}}`, `{"error":"inner.b must be a string, not an object"}`},
		{`{"name":-1}`, `{"error":"name must be a string, not a number"}`},
		{`{"name":"x","name":"x"}`, `{"error":"body has the member \"name\" twice"}`},
		{`{"name":"x","inner":{}}x`, `{"error":"body is not valid JSON: invalid character 'x' after top-level value"}`},
	}
	for _, kind := range proxytest.Kinds {
		for _, c := range cases {
			event := proxytest.Event(t, kind, proxytest.Call{Method: "POST", Path: "/things", Body: c.body})
			out, err := lambdaproxy.Invoke(event, lambdaproxy.CORS{}, echo)
			if err != nil {
				t.Fatal(err)
			}
			var a proxytest.Answer
			if err := json.Unmarshal(out, &a); err != nil || a.Body != c.want {
				t.Errorf("%s: %s: %s, %v, want %s", kind, c.body, out, err, c.want)
			}
		}
	}
}

func echo(e *lambdaproxy.Event) lambdaproxy.Answer {
	said, err := readThing(e)
	if err != nil {
		return lambdaproxy.Fail(400, err.Error())
	}
	return lambdaproxy.Answer{Status: 200, Body: said}
}

func readThing(e *lambdaproxy.Event) (map[string]any, error) {
	body, err := e.ReadBody("name", "inner")
	if err != nil {
		return nil, err
	}
	name, given, err := body.Text("name")
	if err != nil {
		return nil, err
	}
	if !given {
		return nil, errors.New("name is not there")
	}
	said := map[string]any{"name": name}
	if body.Has("inner") {
		inner, err := body.Object("inner", []string{"a", "b"})
		if err != nil {
			return nil, err
		}
		if said["inner"], err = inner.Texts(); err != nil {
			return nil, err
		}
	}
	return said, nil
}

// TestParameter: a path parameter is decoded once, by the gateway or here.
func TestParameter(t *testing.T) {
	for _, kind := range proxytest.Kinds {
		event := proxytest.Event(t, kind, proxytest.Call{Method: "GET", Path: "/things/a%2525", Route: "/things/{id}", Parameters: map[string]string{"id": "a%2525"}})
		out, err := lambdaproxy.Invoke(event, lambdaproxy.CORS{}, func(e *lambdaproxy.Event) lambdaproxy.Answer {
			id, err := e.Parameter("id")
			none, _ := e.Parameter("other")
			return lambdaproxy.Answer{Status: 200, Body: []any{id, err, none, e.Route()}}
		})
		var a proxytest.Answer
		if err != nil || json.Unmarshal(out, &a) != nil || a.Body != `["a%25",null,"","/things/{id}"]` {
			t.Errorf("%s: %s, %v", kind, out, err)
		}
	}
}
