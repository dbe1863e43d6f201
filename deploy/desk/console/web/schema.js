// A body's schema as fields that people fill in. Only the members of an object that are plain values have one; the rest stands in the JSON.

// fieldsOf are the plain members of an object's schema, each {name, type, required, choices, hint}. None: there is nothing to fill in.
export function fieldsOf(schema) {
  const {properties, required} = merged(schema);
  return Object.entries(properties).map(([name, member]) => fieldOf(name, member, required.has(name))).filter(Boolean);
}

// othersOf are the names of the members that have no field.
export function othersOf(schema) {
  return Object.entries(merged(schema).properties).filter(([name, member]) => !fieldOf(name, member, false)).map(([name]) => name);
}

// merged is what an object's schema and those that it is all of say of its members.
function merged(schema, depth = 0) {
  const all = {properties: Object.create(null), required: new Set()};
  if (!schema || typeof schema !== "object" || depth > 8) return all;
  for (const part of [...(Array.isArray(schema.allOf) ? schema.allOf.map(part => merged(part, depth + 1)) : []), {properties: schema.properties || {}, required: schema.required || []}]) {
    for (const [name, member] of Object.entries(part.properties)) all.properties[name] = member;
    for (const name of part.required) all.required.add(name);
  }
  return all;
}

function fieldOf(name, schema, required) {
  const type = typeOf(schema);
  if (!type || schema.readOnly) return null;
  const choices = "const" in schema ? [schema.const] : type === "boolean" ? [true, false] : Array.isArray(schema.enum) ? schema.enum.filter(choice => choice === null || typeof choice !== "object") : null;
  return {name, type, required, choices, hint: hintOf(schema)};
}

// typeOf is the type of a plain value; "": it is none.
function typeOf(schema) {
  if (!schema || typeof schema !== "object") return "";
  const types = [schema.type].flat().filter(type => type !== "null" && type !== undefined);
  const [value] = "const" in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum.filter(choice => choice !== null) : [];
  if (types.length === 0) return ["string", "number", "boolean"].includes(typeof value) ? typeof value : "";
  return types.length === 1 && ["string", "integer", "number", "boolean"].includes(types[0]) ? types[0] : "";
}

// hintOf says what a schema asks of a value, in words.
export function hintOf(schema) {
  if (!schema || typeof schema !== "object") return "";
  const {description, format, pattern} = schema;
  const range = (name, least, most, unit) => least !== undefined && most !== undefined ? least + " to " + most + unit : least !== undefined ? "at least " + least + unit : most !== undefined ? "at most " + most + unit : "";
  const facts = [format, range("", schema.minimum, schema.maximum, ""), range("", schema.minLength, schema.maxLength, " characters"), pattern && "pattern " + pattern].filter(Boolean).join(", ");
  return [typeof description === "string" && description.trim(), facts && facts[0].toUpperCase() + facts.slice(1) + "."].filter(Boolean).join(" ");
}

// valueOf is what a field's text stands for; undefined: the member is left out. A text that is no number stays a text, for the API to refuse.
export function valueOf({type, choices}, text) {
  if (text === "") return undefined;
  if (choices) return choices.find(choice => String(choice) === text) ?? text;
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
  return text;
}

// textOf is what a field shows of a value.
export const textOf = value => value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

// parsed is a JSON text's value, or why it is none: {value} or {problem}.
export function parsed(text) {
  try { return {value: JSON.parse(text)}; } catch (problem) { return {problem: problem.message}; }
}

// withMember is a JSON object's text with a member set, or without it where the value is undefined; null: the text is no object's.
export function withMember(text, name, value) {
  const {value: object, problem} = parsed(text.trim() || "{}");
  if (problem || !object || typeof object !== "object" || Array.isArray(object)) return null;
  const entries = Object.entries(object).filter(([other]) => other !== name || value !== undefined).map(([other, old]) => [other, other === name ? value : old]);
  if (value !== undefined && !Object.hasOwn(object, name)) entries.push([name, value]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}
