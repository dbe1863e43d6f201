// What a token says of itself, for labels and countdowns. Nothing is decided by it: the desk checks tokens.

// claimsOf are the claims of a JWT, or null for what is none.
export function claimsOf(token) {
  try {
    const text = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, c => c.charCodeAt(0))));
    return claims && typeof claims === "object" && !Array.isArray(claims) ? claims : null;
  } catch {
    return null;
  }
}

// named is what a token calls its subject, or "".
export const named = claims => text(claims, "username", "cognito:username", "preferred_username", "email", "client_id", "azp", "sub");

// granted are the groups and scopes of a token in a few words, or "".
export function granted(claims) {
  const groups = list(claims?.["cognito:groups"] ?? claims?.groups), scopes = list(claims?.scope ?? claims?.scp);
  return [groups.length && (groups.length > 1 ? "groups " : "group ") + groups.join(", "), scopes.length && (scopes.length > 1 ? "scopes " : "scope ") + scopes.join(" ")]
    .filter(Boolean).join("; ");
}

const text = (claims, ...names) => names.map(name => claims?.[name]).find(value => typeof value === "string" && value) || "";

const list = value => Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(" ").filter(Boolean) : [];
