import {h} from "./dom.js";

export const title = "Token";

export function mount() {
  return h("p", {class: "empty"}, "Nothing here yet.");
}
