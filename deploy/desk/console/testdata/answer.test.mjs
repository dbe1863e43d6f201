import assert from "node:assert/strict";
import {test} from "node:test";
import {headerOf, hex, isLossy, kindOf, lineOf, sizeText, statusText, timeText, toneOf, traceOf} from "../web/answer.js";

const bytes = text => new TextEncoder().encode(text);

test("a body is shown as what it is, whatever it says", () => {
  for (const [type, body, want] of [
    ["", bytes(""), "nothing"], ["text/plain", bytes('{"a":1}'), "json"], ["application/json", bytes("{"), "text"], ["text/html", bytes("<script>alert(1)</script>"), "text"],
    ["image/png", new Uint8Array([137, 80, 78, 71]), "image"], ["image/svg+xml", bytes("<svg onload=alert(1)>"), "text"], ["application/octet-stream", new Uint8Array([0, 255]), "bytes"],
    ["text/plain", new Uint8Array([0xff]), "bytes"], ["text/plain", bytes("a\u0000b"), "bytes"], ["text/plain", bytes("a\u001b[31mb\t\n"), "text"],
  ]) assert.equal(kindOf(type, body).kind, want, type);
});

test("bytes are written in rows", () => {
  assert.equal(hex(bytes("0123456789abcdefX<\u0001")), "00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n00000010  58 3c 01" + " ".repeat(41) + "X<.");
});

test("words for statuses, sizes and times", () => {
  assert.deepEqual([200, 299, 403].map(statusText), ["200 OK", "299", "403 Forbidden"]);
  assert.deepEqual([200, 302, 404, 500, undefined].map(toneOf), ["ok", "accent", "warn", "bad", "bad"]);
  assert.deepEqual([0, 1, 999, 1500, 2e6].map(sizeText), ["0 bytes", "1 byte", "999 bytes", "1.5 kB", "2.0 MB"]);
  assert.deepEqual([1.26, 12.4, 12_345].map(timeText), ["1.3 ms", "12 ms", "12.3 s"]);
});

test("headers are found in any case", () => {
  const answer = {status: 200, ms: 1, body: bytes("{}"), headers: [["X-Portcullis-Trace", '{"requestId":"r"}'], ["content-type", "a/b"]]};
  assert.equal(headerOf(answer, "content-type"), "a/b");
  assert.equal(traceOf(answer).requestId, "r");
  assert.equal(traceOf({headers: []}), null);
  assert.equal(lineOf(answer), "200 OK, 1.0 ms, 2 bytes");
  assert.equal(lineOf({problem: "gone"}), "gone");
});

test("numbers that JavaScript would round are found", () => {
  assert.deepEqual(['{"a": 12345678901234567890}', "[0.1234567890123456789]", '{"a": "12345678901234567890", "b": "\\"12345678901234567890"}', "123"].map(isLossy), [true, true, false, false]);
});
