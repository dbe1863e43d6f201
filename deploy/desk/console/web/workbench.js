import {h} from "./dom.js";

export const title = "Workbench";

export function mount() {
  return h("p", {class: "empty"}, "Nothing here yet.");
}
