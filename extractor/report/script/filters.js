// What the list of allegations is narrowed to. It stands in the address, so that a narrowed list is a link.

import { allegationAt, index, records } from "./data.js";
import { CERTAINTIES, CONTESTED, STAGES, actorName, actorNames, say, weaponName } from "./words.js";

export const FIELDS = [
  "q", "actor", "role", "supplier", "recipient", "weapon", "stage", "scope", "certainty", "contested", "origins", "review",
  "clock", "from", "to", "sort", "page",
];
const NARROWING = FIELDS.filter((name) => !["role", "clock", "sort", "page"].includes(name));

/** The filters of an address ("q=…&stage=…"); unknown ones are left out. */
export function filtersOf(query) {
  const given = new URLSearchParams(query);
  return Object.fromEntries(FIELDS.map((name) => [name, given.get(name) ?? ""]).filter(([, value]) => value));
}

export function addressOf(view, filters) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value)).toString();
  return `#${view}${query ? `?${query}` : ""}`;
}

export function isNarrowed(filters) {
  return NARROWING.some((name) => filters[name]);
}

/** Lower case, without accents, so that "Pérez" is found by "perez". */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
}

const searchable = [];

function searchText(position) {
  if (searchable[position] === undefined) {
    const row = index.rows[position];
    const allegation = allegationAt(position);
    const actors = new Set([...row.suppliers, ...row.recipients, ...row.origins]);
    for (const claim of allegation.claims) for (const id of [...claim.suppliers, ...claim.recipients]) actors.add(id);
    for (const { actor } of allegation.participants) actors.add(actor);
    const sources = records("sources");
    for (const { source } of allegation.attributions) for (const id of sources.get(source)?.actors ?? []) actors.add(id);
    const known = records("actors");
    const words = [row.id, ...row.claims, row.summary, ...allegation.claims.map((claim) => claim.summary)];
    for (const id of actors) words.push(actorName(id), ...(known.get(id)?.names ?? []));
    for (const id of row.weapons) words.push(weaponName(id), say(index.weapons[id]?.category));
    for (const attribution of allegation.attributions) for (const e of attribution.evidence) words.push(e.exact);
    searchable[position] = fold([...new Set(words)].join("\n"));
  }
  return searchable[position];
}

/** Prepares the search while nothing else is to be done, a few records at a time. */
export function prepareSearch() {
  let next = 0;
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 1));
  (function some(deadline) {
    while (next < index.rows.length && deadline.timeRemaining() > 1) searchText(next++);
    if (next < index.rows.length) idle(some);
    else document.documentElement.dataset.search = "ready";
  })({ timeRemaining: () => 0 });
}

/** Positions of the allegations that the filters leave, in the wanted order. */
export function matching(filters) {
  const tests = [...testsOf(filters)];
  const kept = [];
  index.rows.forEach((row, position) => {
    if (tests.every((test) => test(row, position))) kept.push(position);
  });
  return sorted(kept, filters.sort);
}

function* testsOf(f) {
  for (const field of ["stage", "scope", "contested", "review"]) if (f[field]) yield (row) => row[field] === f[field];
  if (f.certainty) yield (row) => row.certainty.includes(f.certainty);
  if (f.origins) yield originTest(f.origins);
  for (const [field, side] of [["supplier", "suppliers"], ["recipient", "recipients"]]) {
    if (f[field]) yield (row) => (f[field] === "unknown" ? row[side].length === 0 : row[side].includes(f[field]));
  }
  if (f.actor) yield actorTest(f.actor, f.role);
  if (f.weapon) yield weaponTest(f.weapon);
  if (f.from || f.to) yield dateTest(f);
  const words = fold(f.q ?? "").match(/"[^"]+"|\S+/g) ?? [];
  for (const word of words.map((w) => w.replaceAll('"', ""))) {
    if (word) yield (_, position) => searchText(position).includes(word);
  }
}

function originTest(wanted) {
  if (wanted === "2") return (row) => row.origins.length > 1;
  return (row) => row.origins.length === Number(wanted);
}

/** Ids whose name is what was typed; where there is none, those whose name holds it. */
function named(table, names, typed) {
  const wanted = fold(typed.trim());
  const ids = Object.keys(table);
  const same = ids.filter((id) => names(id).some((name) => fold(name) === wanted));
  return new Set(same.length ? same : ids.filter((id) => names(id).some((name) => fold(name).includes(wanted))));
}

function actorTest(typed, role) {
  const ids = named(index.actors, (id) => [actorName(id), id], typed);
  const sides = { supplier: ["suppliers"], recipient: ["recipients"], origin: ["origins"] }[role] ?? ["suppliers", "recipients", "origins"];
  return (row) => sides.some((side) => row[side].some((id) => ids.has(id)));
}

function weaponTest(typed) {
  const ids = named(index.weapons, (id) => [weaponName(id), say(index.weapons[id].category)], typed);
  return (row) => row.weapons.some((id) => ids.has(id));
}

/** Whether a date that is known overlaps the wanted stretch of time. */
function dateTest({ from, to, clock }) {
  const within = (days) => days && (!to || (days[0] ?? "") <= to) && (!from || (days[1] ?? "9") >= from);
  return (row) => (clock !== "said" && within(row.event)) || (clock !== "event" && row.said.some(within));
}

const STAGE_ORDER = Object.values(STAGES).flat();

/** What each column sorts by; text and numbers. */
const SORTS = {
  allegation: (row) => `${actorNames(row.suppliers)} ${actorNames(row.recipients)}`,
  stage: (row) => STAGE_ORDER.indexOf(row.stage),
  certainty: (row) => Math.min(9, ...row.certainty.map((c) => CERTAINTIES.indexOf(c))),
  contested: (row) => CONTESTED.indexOf(row.contested),
  origins: (row) => row.origins.length,
  articles: (row) => row.articles,
  event: (row) => row.event && (row.event[0] ?? ""),
  said: (row) => row.said.length ? row.said[0][0] ?? "" : null,
  review: (row) => row.review,
};

/** "origins" or "-origins"; what has no value comes last either way. */
function sorted(positions, sort = "") {
  const down = sort.startsWith("-");
  const key = SORTS[down ? sort.slice(1) : sort];
  if (!key) return positions;
  const keys = new Map(positions.map((p) => [p, key(index.rows[p])]));
  const collator = new Intl.Collator("en");
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
  return [...positions].sort((p, q) => {
    const [a, b] = [keys.get(p), keys.get(q)];
    if (a === null || b === null) return (a === null) - (b === null) || p - q;
    return (down ? compare(b, a) : compare(a, b)) || p - q;
  });
}
