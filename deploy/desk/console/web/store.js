// What the views share, in memory alone: what the desk serves, who calls, and what is chosen. Nothing of it outlives the tab.

export const state = {
  desk: null,     // as GET /_console/desk tells it
  identities: [], // that were signed in, made or pasted, as identity.js makes them; the first is nobody
  identity: null, // the one that calls
  mode: "",       // a mode's name
  operation: "",  // an operation's key, such as "GET /users/{id}"
  path: "",       // of the selected call, as it is sent, without the stage
  calls: [],      // the last ones, as they came by GET /_console/live
};

const bus = new EventTarget();

// set changes what is shared, and tells who listens to one of the names.
export function set(changes) {
  Object.assign(state, changes);
  for (const name of Object.keys(changes)) bus.dispatchEvent(new Event(name));
}

// on calls back when something of a name has changed.
export function on(names, action) {
  for (const name of names.split(" ")) bus.addEventListener(name, action);
}

// modeNamed is a mode of the desk; undefined: there is none.
export const modeNamed = name => state.desk?.modes.find(mode => mode.name === name);

// operationNamed is an operation of the contract, or undefined.
export const operationNamed = key => state.desk?.operations.find(operation => operation.key === key);
