import {h} from "./dom.js";

export const title = "Call";

export function mount() {
  return h("p", {class: "empty"}, "Nothing here yet.");
}
