// The editor of a body: its text as it will be sent, and fields for the plain members of its schema, which follow each other.
import {button, field, h, put, select} from "./dom.js";
import {fieldsOf, othersOf, parsed, textOf, valueOf, withMember} from "./schema.js";

// bodyEditor edits draft.body and draft.contentType in place, and calls changed after each change. A message has no media type, and is JSON.
export function bodyEditor({schema, example, required}, draft, changed) {
  const isMessage = draft.contentType === undefined, what = isMessage ? "Message" : "Body";
  const text = h("textarea", {value: draft.body, spellcheck: "false", autocapitalize: "none", rows: 8, oninput: () => take(text.value)});
  const type = h("input", {value: draft.contentType ?? "", autocomplete: "off", spellcheck: "false", oninput: () => { draft.contentType = type.value; check(); changed(); }});
  const problem = h("small", {role: "status"});
  const fields = fieldsOf(schema).map(one => ({...one, control: controlOf(one, value => edit(one, value))}));
  const take = value => {
    draft.body = value;
    fillFields();
    check();
    changed();
  };
  const set = value => { text.value = value; take(value); };
  const edit = (one, value) => {
    const next = withMember(draft.body, one.name, valueOf(one, value));
    if (next === null) return put(problem, "The text is no JSON object: mend it, or begin with the example.");
    text.value = draft.body = next;
    check();
    changed();
  };
  const fillFields = () => {
    const {value} = parsed(draft.body);
    for (const {name, control} of fields) if (document.activeElement !== control) control.value = textOf(value !== null && typeof value === "object" && Object.hasOwn(value, name) ? value[name] : undefined);
  };
  const check = () => {
    const wrong = draft.body && (isMessage || /json/i.test(draft.contentType)) && parsed(draft.body).problem;
    text.setAttribute("aria-invalid", String(Boolean(wrong)));
    problem.className = wrong ? "wrong" : "";
    put(problem, wrong ? "No JSON: " + wrong + ". It is sent as it stands." : !draft.body && !isMessage ? (required ? "The operation asks for a body; none is sent." : "No body is sent.") : "");
  };
  fillFields();
  check();
  const others = othersOf(schema);
  return h("div", {class: "stack tight"},
    fields.length > 0 && h("fieldset", {}, h("legend", {class: "unseen"}, "Members of the body"), h("div", {class: "fields"}, fields.map(({name, required: must, hint, control}) => field(name + (must ? " (required)" : ""), control, hint)))),
    fields.length > 0 && others.length > 0 && h("small", {}, "In the text alone: " + others.join(", ") + "."),
    field(what, text), problem,
    h("div", {class: "row tight"},
      button("Example", () => set(example === null || example === undefined ? "" : JSON.stringify(example, null, 2)), {class: "small", disabled: example === null || example === undefined}),
      button("Format", () => { const {value, problem: no} = parsed(draft.body); if (no) throw new Error("It is no JSON: " + no); set(JSON.stringify(value, null, 2)); }, {class: "small"}),
      button("Empty", () => set(""), {class: "small"})),
    !isMessage && field("Media type", type));
}

function controlOf({type, choices}, edit) {
  if (choices) return select([["", "left out"], ...choices.map(choice => [String(choice), String(choice)])], "", edit);
  const control = h("input", {autocomplete: "off", spellcheck: "false", inputMode: type === "integer" ? "numeric" : type === "number" ? "decimal" : "text", oninput: () => edit(control.value)});
  return control;
}
