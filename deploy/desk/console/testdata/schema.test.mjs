import assert from "node:assert/strict";
import {test} from "node:test";
import {fieldsOf, hintOf, othersOf, parsed, textOf, valueOf, withMember} from "../web/schema.js";

test("plain members have fields, and others are named", () => {
  const schema = {allOf: [{properties: {a: {type: "string", minLength: 1, maxLength: 9}}, required: ["a"]}], required: ["n"], properties: {
    n: {type: ["integer", "null"], minimum: 0}, b: {type: "boolean"}, e: {enum: ["x", "y"]}, c: {const: "k"}, o: {type: "object"}, l: {type: "array"}, r: {type: "string", readOnly: true},
  }};
  assert.deepEqual(fieldsOf(schema).map(({name, type, required}) => [name, type, required]), [["a", "string", true], ["n", "integer", true], ["b", "boolean", false], ["e", "string", false], ["c", "string", false]]);
  assert.deepEqual(othersOf(schema), ["o", "l", "r"]);
  for (const none of [null, undefined, true, "x", {}, {type: "string"}, {allOf: "x"}]) assert.deepEqual(fieldsOf(none), []);
  assert.deepEqual(fieldsOf({properties: {c: {const: 7}}})[0].choices, [7]);
  const self = {properties: {a: {type: "string"}}};
  self.allOf = [self];
  assert.equal(fieldsOf(self).length, 1);
});

test("a field's text stands for a value, or for what the API is to refuse", () => {
  for (const [field, text, want] of [
    [{type: "string"}, "", undefined], [{type: "string"}, "1", "1"], [{type: "integer"}, "12", 12], [{type: "number"}, "-1.5e3", -1500],
    [{type: "integer"}, "many", "many"], [{type: "integer"}, "0x10", "0x10"], [{type: "boolean", choices: [true, false]}, "false", false],
    [{type: "string", choices: ["x"]}, "other", "other"], [{type: "integer", choices: [1, 2]}, "2", 2],
  ]) assert.deepEqual(valueOf(field, text), want, text);
  assert.equal(textOf(undefined) + textOf("a") + textOf(1) + textOf(false), "a1false");
});

test("a member is set in its place, and taken out", () => {
  assert.deepEqual(JSON.parse(withMember('{"a": 1, "b": {"c": 2}}', "a", "x")), {a: "x", b: {c: 2}});
  assert.equal(withMember("", "a", 1), '{\n  "a": 1\n}');
  assert.deepEqual(JSON.parse(withMember('{"a": 1, "b": 2}', "a", undefined)), {b: 2});
  assert.deepEqual(Object.keys(JSON.parse(withMember('{"b": 1}', "__proto__", "x"))), ["b", "__proto__"]);
  for (const text of ["{", "[]", "1", "null"]) assert.equal(withMember(text, "a", 1), null, text);
  assert.ok(parsed("{").problem);
});

test("hints say what a schema asks", () => {
  assert.equal(hintOf({description: " How many. ", type: "integer", minimum: 1, maximum: 100}), "How many. 1 to 100.");
  assert.equal(hintOf({format: "date-time", minLength: 3}), "Date-time, at least 3 characters.");
  assert.equal(hintOf(null), "");
});
