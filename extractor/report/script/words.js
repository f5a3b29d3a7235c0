// The words of the interface are those of the schema; this is how its values are written out.

import { el } from "./dom.js";
import { index, records } from "./data.js";

export const STAGES = {
  contact: ["contact"],
  "before a deal": ["seeking", "planned", "offered", "brokering", "negotiating"],
  agreed: ["agreed"],
  "after a deal": ["shipped", "delivered", "used", "recovered", "diverted"],
  "no step named": ["unspecified_support"],
};
export const CERTAINTIES = ["certain", "probable", "possible", "unspecified"];
export const CONTESTED = ["explicit", "generic", "pledge", "none"];
export const REVIEWS = ["open", "accepted", "rejected"];

/** A value of a vocabulary as words. */
export function say(value) {
  return String(value ?? "").replaceAll("_", " ");
}

/** A number and what it counts. */
export function count(n, one, many = `${one}s`) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

export function actorName(id) {
  return index.actors[id]?.name ?? id;
}

/** Several actors in words; "unknown" where a text names none. */
export function actorNames(ids) {
  return ids.length ? ids.map(actorName).join(", ") : "unknown";
}

export function weaponName(id) {
  return index.weapons[id]?.term ?? id;
}

/** Who a source is: the speakers by name, with the role in which they speak. */
export function sourceName(id) {
  const source = records("sources").get(id);
  if (!source) return id;
  const kind = say(source.kind);
  return source.actors.length ? `${source.actors.map(actorName).join(", ")} (${kind})` : kind;
}

/** An origin: a government or organisation, or a source that names nobody. */
export function originName(id) {
  return index.actors[id] ? actorName(id) : sourceName(id);
}

export function articleName(article) {
  return article.title || article.path.split("/").pop();
}

/** Outlet and day of an article. */
export function printed(article) {
  const agency = article.agency && article.agency !== article.outlet ? `, copy of ${article.agency}` : "";
  return `${article.outlet ?? "outlet unknown"}${agency}, ${article.published ?? "date unknown"}`;
}

/** A date phrase: the words, what they come to, and how. */
export function day(phrase) {
  if (!phrase) return null;
  const value = phrase.edtf ?? "not resolved";
  const how = phrase.method === "absolute" || phrase.method === "unresolved" ? "" : `, ${say(phrase.method)}`;
  return [el("q", { dir: "auto" }, phrase.text), ` (${value}${how})`];
}

/** First and last day as one short text. */
export function span(days) {
  if (!days) return "";
  const [first, last] = days;
  if (first === last) return first;
  if (first && last && first.endsWith("-01") && first.slice(0, 7) === last.slice(0, 7)) return first.slice(0, 7);
  if (first && last && first.endsWith("-01-01") && last === `${first.slice(0, 4)}-12-31`) return first.slice(0, 4);
  return `${first ?? "…"} – ${last ?? "…"}`;
}

/** An amount as printed, with what a rule made of it. */
export function amount(quantity) {
  if (!quantity) return "";
  const { low, high, approximate, unit, per } = quantity;
  const figure = low === null ? "" : low === high ? `${low}` : high === null ? `at least ${low}` : `${low} to ${high}`;
  const tail = [unit, per && `per ${per}`].filter(Boolean).join(" ");
  const parsed = [approximate && figure ? "about" : "", figure, tail].filter(Boolean).join(" ");
  return parsed && parsed !== quantity.text ? `${quantity.text} (${parsed})` : quantity.text;
}

/** A label in words. Its kind may colour it; what it says never hangs on the colour. */
export function badge(kind, value, text = say(value)) {
  return el("span", { class: `badge ${kind} ${value}` }, text);
}

export function contestedBadge(value) {
  return value === "none" ? el("span", { class: "muted" }, "not contested") : badge("contested", value, `contested: ${value}`);
}

export function claimLink(id, text, attributes = {}) {
  return el("a", { href: `#claim/${encodeURIComponent(id)}`, dir: "auto", ...attributes }, text);
}

export function articleLink(article, text = articleName(article)) {
  return el("a", { href: `#article/${encodeURIComponent(article.id)}`, dir: "auto" }, text);
}

/** Findings: what the rules noticed on a record that is kept all the same. */
export function findings(list) {
  if (!list.length) return null;
  return el("ul", { class: "findings", "aria-label": "Findings" },
    list.map((finding) => el("li", {}, `${say(finding.kind)}: `, el("span", { dir: "auto" }, finding.detail))));
}
