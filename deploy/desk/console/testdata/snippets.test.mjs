import assert from "node:assert/strict";
import {test} from "node:test";
import {languages, snippet} from "../web/snippets.js";

const request = {method: "GET", url: "http://h/", headers: [{name: "Authorization", value: "Bearer secret-token", before: "Bearer ", variable: "TOKEN"}], body: null};

test("a secret that has a variable is in no snippet", () => {
  for (const [language] of languages) {
    const text = snippet(language, request);
    assert.ok(!text.includes("secret-token"), text);
    assert.match(text, /TOKEN/);
    assert.match(snippet(language, {...request, headers: [{name: "Authorization", value: "Bearer secret-token"}]}), /Bearer secret-token/);
  }
});

test("a request that is still to be signed says so", () => {
  for (const [language] of languages) assert.match(snippet(language, {...request, headers: [], sign: "eu-west-1"}), language === "curl" ? /--aws-sigv4 aws:amz:eu-west-1:execute-api/ : /still to be signed.*eu-west-1/);
});

test("a note is one line of a comment", () => {
  for (const [language] of languages) assert.match(snippet(language, {...request, note: "a\nrm -rf /\u2028b"}), /^(#|\/\/) a rm -rf \/ b\n/);
});
