// The blocks of data in the page. `index` stands in front of this script; the others follow, and are there once `loaded`.

export const index = JSON.parse(block("index"));

export const loaded = new Promise((resolve) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => resolve(), { once: true });
  else resolve();
});

const split = new Map();
const tables = new Map();
const cache = new Map();

/** Where each claim's allegation stands in `index.rows`. */
const positions = new Map();
index.rows.forEach((row, n) => {
  positions.set(row.id, n);
  for (const claim of row.claims) positions.set(claim, n);
});

function block(name) {
  return document.getElementById(`data-${name}`).textContent;
}

/** The records of a block, one per line, not yet parsed. */
function recordLines(name) {
  if (!split.has(name)) {
    const text = block(name);
    split.set(name, text.length > 4 ? text.slice(2, -2).split(",\n") : []);
  }
  return split.get(name);
}

/** All records of a block by id. */
export function records(name) {
  if (!tables.has(name)) tables.set(name, new Map(recordLines(name).map((line) => JSON.parse(line)).map((r) => [r.id, r])));
  return tables.get(name);
}

/** A list of records that have no id. */
export function listed(name) {
  return recordLines(name).map((line) => JSON.parse(line));
}

/** What the page needs once: accounting, runs, decisions. */
export function whole(name) {
  if (!cache.has(name)) cache.set(name, JSON.parse(block(name)));
  return cache.get(name);
}

/** Position of the allegation that holds a claim; undefined for an unknown id. */
export function positionOf(claim) {
  return positions.get(claim);
}

/** The allegation at a position of `index.rows`, in full. */
export function allegationAt(position) {
  return JSON.parse(recordLines("allegations")[position]);
}

/** The text of an article; null where the report was written without it, or it has changed since. */
export function textOf(article) {
  const position = [...records("articles").keys()].indexOf(article);
  return JSON.parse(recordLines("texts")[position] ?? "null");
}
