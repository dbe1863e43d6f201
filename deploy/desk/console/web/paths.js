// Paths of operations as they are sent.

// parameters are the names of a path's parameters: /users/{id} has id.
export const parameters = path => [...path.matchAll(/\{([^{}]+?)\+?\}/g)].map(found => found[1]);

// fill puts values in the place of a path's parameters. One without a value has its example in the contract, or else 1.
export function fill(operation, values = {}) {
  return operation.path.replace(/\{([^{}]+?)(\+?)\}/g, (_, name, greedy) => {
    const text = String(values[name] ?? example(operation, name) ?? 1) || "1";
    return greedy ? text.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(text);
  });
}

const example = (operation, name) => operation.parameters?.find(one => one.in === "path" && one.name === name)?.example;

// owners are the path parameters of an operation that may have to be the caller's own id.
export const owners = operation => [...new Set((operation.alternatives || []).flat().map(one => one.owner).filter(Boolean))];
