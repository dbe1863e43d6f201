// The verdicts on broken tokens. Nothing here is of the page.

// verdictOf is what came of a kind: running, refused, accepted, unknown, "not tried" with a reason, or "" while it was not asked.
export function verdictOf(result) {
  if (!result) return "";
  if (result.verdict === "refused" || result.verdict === "accepted") return result.verdict;
  return result.skipped ? "not tried" : "unknown";
}

// tones of verdicts.
export const tones = {refused: "ok", accepted: "bad", unknown: "warn", "not tried": ""};

// summary says in a sentence what came of the kinds, with the reasons why some were not tried.
export function summary(results) {
  const count = verdict => results.filter(result => verdictOf(result) === verdict).length;
  const skipped = count("not tried"), unknown = count("unknown");
  return [results.length + (results.length === 1 ? " kind: " : " kinds: ") + count("refused") + " refused", count("accepted") + " accepted", unknown && unknown + " cannot be told",
    skipped && skipped + " not tried" + because(results)].filter(Boolean).join(", ") + ".";
}

// because lists the reasons, the most frequent first, and no more than three.
function because(results) {
  const reasons = new Map();
  for (const result of results) if (verdictOf(result) === "not tried") reasons.set(result.skipped, (reasons.get(result.skipped) || 0) + 1);
  const sorted = [...reasons].sort((a, b) => b[1] - a[1]);
  return ", because " + sorted.slice(0, 3).map(([why, n]) => why.replace(/\.$/, "") + (sorted.length > 1 ? " (" + n + ")" : "")).join("; ") + (sorted.length > 3 ? "; and for " + (sorted.length - 3) + " other reasons" : "");
}

// isWanted tells whether a kind is of a part and a verdict, each "" for all, and has each word of a text.
export function isWanted(kind, result, {part, verdict, text}) {
  const words = [kind.name, kind.part, kind.why, kind.class, result?.code, result?.status, result?.skipped].join(" ").toLowerCase();
  return (!part || kind.part === part) && (!verdict || verdictOf(result) === verdict) && text.toLowerCase().split(/\s+/).every(word => words.includes(word));
}
