// Prints the cases of snippets.json as code: node snippets.mjs BASE gives {language: [snippet, …]}.
import {readFileSync} from "node:fs";
import {languages, snippet} from "../web/snippets.js";

const cases = JSON.parse(readFileSync(new URL("snippets.json", import.meta.url)));
const all = languages.map(([language]) => [language, cases.map(request => snippet(language, {...request, url: process.argv[2] + request.path}))]);
console.log(JSON.stringify(Object.fromEntries(all)));
