// A call as code for other places. What comes from outside is quoted as each language wants it: a snippet does what the page did, and no more.

// languages are those that snippet knows, with their names for people.
export const languages = [["curl", "curl"], ["fetch", "fetch"], ["go", "Go"], ["python", "Python"]];

// snippet is a request in a language. The request is {method, url, headers: [{name, value, before, variable}], body: text or null, note,
// sign: a region or ""}. Where a header has a variable, its value is written as before and that variable of the environment; where sign is
// set, the request is still to be signed for execute-api in that region.
export function snippet(language, request) {
  const headers = [...request.headers];
  if (request.body !== null && !headers.some(({name}) => name.toLowerCase() === "content-type")) headers.push({name: "Content-Type", value: "text/plain;charset=UTF-8"}); // as browsers do
  return writers[language]({...request, headers});
}

const writers = {curl, fetch: fetchCall, go, python};

function curl({method, url, headers, body, note, sign}) {
  const lines = ["curl -i -g --path-as-is " + (method === "HEAD" ? "--head " : method === "GET" && body === null ? "" : "-X " + shell(method) + " ") + shell(url)];
  if (sign) lines.push('--aws-sigv4 ' + shell("aws:amz:" + sign + ":execute-api") + ' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"');
  for (const {name, value, before, variable} of headers) {
    if (variable) lines.push('-H "' + name + ": " + before + "$" + variable + '"');
    else lines.push("-H " + shell(value === "" ? name + ";" : name + ": " + value)); // curl(1): a header without a value ends with a semicolon
  }
  if (body !== null) lines.push("--data-raw " + shell(body));
  return comment("# ", note) + lines.join(" \\\n  ") + "\n";
}

function fetchCall({method, url, headers, body, note, sign}) {
  const pairs = headers.map(header => "    [" + quoted(header.name) + ", " + text(header, name => "process.env." + name, " + ") + "],\n").join("");
  return comment("// ", unsigned(sign) || note) +
    "const answer = await fetch(" + quoted(url) + ", {\n  method: " + quoted(method) + ",\n  redirect: \"manual\",\n" +
    (pairs && "  headers: [\n" + pairs + "  ],\n") + (body === null ? "" : "  body: " + quoted(body) + ",\n") +
    "});\nconsole.log(answer.status);\nconsole.log(await answer.text());\n";
}

function go({method, url, headers, body, note, sign}) {
  const imports = ["fmt", "io", "log", "net/http", headers.some(header => header.variable) && "os", body !== null && "strings"].filter(Boolean);
  const set = header => header.name.toLowerCase() === "host" ? "\trequest.Host = " + quoted(header.value) + "\n"
    : "\trequest.Header.Add(" + quoted(header.name) + ", " + text(header, name => "os.Getenv(" + quoted(name) + ")", "+") + ")\n";
  return comment("// ", unsigned(sign) || note) + "package main\n\nimport (\n" + imports.map(name => "\t" + quoted(name) + "\n").join("") + ")\n\nfunc main() {\n" +
    "\trequest, err := http.NewRequest(" + quoted(method) + ", " + quoted(url) + ", " + (body === null ? "nil" : "strings.NewReader(" + quoted(body) + ")") + ")\n" + fatal +
    headers.map(set).join("") +
    "\tanswer, err := http.DefaultTransport.RoundTrip(request)\n" + fatal + "\tdefer answer.Body.Close()\n\tbody, err := io.ReadAll(answer.Body)\n" + fatal +
    "\tfmt.Println(answer.StatusCode)\n\tfmt.Println(string(body))\n}\n";
}

const fatal = "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n";

// python takes a header once, so several of a name are one with commas, which is the same (RFC 9110, section 5.3).
function python({method, url, headers, body, note, sign}) {
  const named = new Map();
  for (const header of headers) {
    const key = header.name.toLowerCase(), value = text(header, name => "os.environ[" + quoted(name) + "]", " + ");
    named.set(key, named.has(key) ? [header.name, named.get(key)[1] + ' + ", " + ' + value] : [header.name, value]);
  }
  const lines = [...named.values()].map(([name, value]) => "        " + quoted(name) + ": " + value + ",\n").join("");
  return comment("# ", unsigned(sign) || note) + (headers.some(header => header.variable) ? "import os\n\n" : "") + "import requests\n\nanswer = requests.request(\n    " +
    quoted(method) + ",\n    " + quoted(url) + ",\n" + (lines && "    headers={\n" + lines + "    },\n") +
    (body === null ? "" : "    data=" + quoted(body) + ".encode(),\n") + "    allow_redirects=False,\n)\nprint(answer.status_code)\nprint(answer.text)\n";
}

const unsigned = region => region && "It is still to be signed: AWS Signature Version 4, service execute-api, region " + region + ".";

const comment = (mark, note) => note ? mark + note.replace(/[\p{C}\u2028\u2029]+/gu, " ") + "\n" : "";

// text is a header's value as an expression.
function text({value, before, variable}, read, plus) {
  if (!variable) return quoted(value);
  return (before ? quoted(before) + plus : "") + read(variable);
}

// quoted is a text between double quotes as JavaScript, Go and Python all read it. What cannot be seen is written out.
function quoted(value) {
  return JSON.stringify(value.toWellFormed()).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, unseen);
}

const unseen = letter => [...letter].map(l => l.codePointAt(0) > 0xffff ? l : "\\u" + l.codePointAt(0).toString(16).padStart(4, "0")).join("");

// shell is a word of a POSIX shell. Only control characters need $'…', which bash and zsh have.
function shell(value) {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  if (!/[\x00-\x08\x0b-\x1f\x7f]/.test(value)) return "'" + value.replaceAll("'", "'\\''") + "'";
  return "$'" + value.replace(/[\\']/g, "\\$&").replace(/[\x00-\x1f\x7f]/g, c => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0")) + "'";
}
