// What is known of users by the changes that were told, and what is wrong with a change after them.

const mostKnown = 10_000; // users whose version is remembered, and events

// Changes remembers.
export class Changes {
  #users = new Map(); // by a user's id, its name and version as they were told last
  #seen = new Set();  // the ids of events

  // hear takes an event and gives {name, remark, gap}: the user's name, what is wrong with the event, and whether changes before it did not come.
  hear(event) {
    const last = this.#users.get(event.id);
    if (this.#seen.has(event.eventId)) return {name: last?.name || "", remark: "again: it came before", gap: false};
    remember(this.#seen, () => this.#seen.add(event.eventId));
    const remark = last ? amiss(event, last.version) : "";
    this.#users.delete(event.id);
    if (event.event !== "user.deleted") remember(this.#users, () => this.#users.set(event.id, event.user));
    return {name: event.user?.name || last?.name || "", remark, gap: remark.startsWith("gap")};
  }

  // list takes users as they are. A change may have come meanwhile.
  list(users) {
    for (const user of users) if (!(this.#users.get(user.id)?.version > user.version)) remember(this.#users, () => this.#users.set(user.id, user));
  }
}

// amiss says what is wrong with an event after a version of its user; "": nothing. That a user is deleted is no version of its own.
function amiss({event, version}, last) {
  const isDeleted = event === "user.deleted", want = isDeleted ? last : last + 1;
  if (version < want) return "older than version " + last + ", or of a user who was created again";
  if (version === want) return "";
  const to = isDeleted ? version : version - 1;
  return "gap: " + (to === last + 1 ? "version " + to : "versions " + (last + 1) + " to " + to) + " did not come";
}

// remember forgets what came first where there is too much.
function remember(all, add) {
  add();
  if (all.size > mostKnown) all.delete(all.keys().next().value);
}
