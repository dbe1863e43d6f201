import {h} from "./dom.js";

export const title = "Who may call what";

export function mount() {
  return h("p", {class: "empty"}, "Nothing here yet.");
}
