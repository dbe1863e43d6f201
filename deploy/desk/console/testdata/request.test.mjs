import assert from "node:assert/strict";
import {test} from "node:test";
import {addressOf, credentialOf, headersOf, parametersOf, pathOf, queryOf, remarks, resolved} from "../web/request.js";

const mode = (name, takes, more = {}) => ({name, takes, url: "http://127.0.0.1:8080/" + name, callers: [], keys: [], ...more});
const nobody = {kind: "none", label: "nobody", credential: {kind: "none"}};
const admin = {kind: "token", label: "admin", credential: {kind: "token", token: "t.t.t"}, refreshToken: "r"};
const key = {kind: "key", label: "key", credential: {kind: "key", key: "k"}};
const both = {kind: "both", label: "admin and a key", credential: {kind: "both", token: "t.t.t", key: "k"}};
const ada = {kind: "iam", label: "ada", credential: {kind: "iam", caller: "AKIA1"}};

test("paths", () => {
  for (const [template, values, want] of [
    ["/users/{id}", {id: "a/b?c#d%"}, "/users/a%2Fb%3Fc%23d%25"],
    ["/users/{id}", {}, "/users/"],
    ["/files/{proxy+}", {proxy: "a b/c/../d"}, "/files/a%20b/c/../d"],
    ["/a/{x}/b/{y}", {x: "1", y: "{x}"}, "/a/1/b/%7Bx%7D"],
  ]) assert.equal(pathOf(template, values), want);
  assert.deepEqual(parametersOf("/a/{x}/{proxy+}"), ["x", "proxy"]);
});

test("queries keep their order, repeats, and empty values", () => {
  assert.equal(queryOf([["a", "1 2"], ["a", "&="], ["b", ""], ["ä", "+"]]), "?a=1%202&a=%26%3D&b=&%C3%A4=%2B");
  assert.equal(queryOf([]), "");
});

test("addresses are of the page's own origin, below the stage", () => {
  assert.equal(addressOf(mode("m", []), "/users", "http://localhost:8080"), "http://localhost:8080/m/users");
  assert.equal(addressOf(mode("m", []), "users", "http://localhost:8080"), "http://localhost:8080/m/users");
  assert.equal(addressOf(mode("m", []), "//evil.example/x", "http://localhost:8080"), "http://localhost:8080/m//evil.example/x");
  assert.equal(addressOf(mode("m", []), "/a b/ä\n%zz", "http://h"), "http://h/m/a%20b/%C3%A4%0A%zz");
  assert.equal(resolved("http://h/m/a/../b?c#d"), "http://h/m/b?c");
});

test("credentials are headers, but for what people typed themselves", () => {
  const told = (identity, usageKey, typed = []) => headersOf(typed, credentialOf(identity, usageKey)).map(({name, value}) => name + ": " + value);
  assert.deepEqual(told(nobody), []);
  assert.deepEqual(told(admin), ["Authorization: Bearer t.t.t"]);
  assert.deepEqual(told(admin, "u"), ["Authorization: Bearer t.t.t", "X-Api-Key: u"]);
  assert.deepEqual(told(key, "u"), ["X-Api-Key: k"]);
  assert.deepEqual(told(both, "u"), ["Authorization: Bearer t.t.t", "X-Api-Key: k"]);
  assert.deepEqual(told(ada), []);
  assert.deepEqual(told(admin, "", [{name: "authorization", value: "Basic x"}]), ["authorization: Basic x"]);
});

test("what a mode needs is said before", () => {
  const now = 1000, operation = {modes: ["m"], public: false}, open = {...operation, public: true};
  const said = (takes, identity, {mode: of, ...more} = {}) => remarks({mode: mode("m", takes, of), operation, identity, usageKey: "", method: "GET", body: "", headers: [], path: "/", now, ...more}).map(({text, fix}) => fix + ": " + text);
  for (const [name, got, want] of [
    ["nobody", said(["token"], nobody), [/^identity: m takes a token, and nobody/]],
    ["nobody, either", said(["token", "key"], nobody), [/a token, or an API key, and nobody/]],
    ["public", said(["token", "usageKey"], nobody, {operation: open}), []],
    ["token", said(["token"], admin), []],
    ["key for a token", said(["token"], key), [/^identity: m takes a token, not an API key/]],
    ["both for either", [...said(["token"], both), ...said(["key"], both), ...said(["token", "key"], both)], []],
    ["both for a signature", said(["iam"], both), [/^identity: m takes a signature, not a token and an API key/]],
    ["both for a usage key", said(["usageKey"], both), []],
    ["usage key too", said(["token", "usageKey"], admin), [/^usageKey: m also wants/]],
    ["usage key alone", said(["usageKey"], nobody), [/^usageKey: m wants/]],
    ["usage key taken", said(["usageKey"], nobody, {usageKey: "u"}), []],
    ["known caller", said(["iam"], ada, {mode: {callers: [{id: "AKIA1"}]}}), []],
    ["unknown caller", said(["iam"], ada), [/^identity: m does not know ada/]],
    ["ended", said(["token"], {...admin, until: 999}), [/^refresh: .*admin.* has ended/]],
    ["ended for good", said(["token"], {...admin, until: 999, refreshToken: ""}), [/^identity: /]],
    ["not served", said(["token"], admin, {operation: {...operation, modes: []}}), [/does not serve/]],
    ["own path", said(["token"], admin, {operation: undefined}), []],
    ["body of a GET", said(["token"], admin, {body: "x"}), [/no body with GET/]],
    ["method", said(["token"], admin, {method: "trace"}), [/does not send trace/]],
    ["headers", said(["token"], admin, {headers: [{name: "Cookie"}, {name: "Sec-X"}, {name: "a b"}, {name: "X-Ok"}]}), [/header Cookie/, /header Sec-X/, /"a b" is no name/]],
    ["fragment", said(["token"], admin, {path: "/a#b"}), [/follows #/]],
  ]) {
    assert.equal(got.length, want.length, name + ": " + got);
    want.forEach((pattern, i) => assert.match(got[i], pattern, name));
  }
});
