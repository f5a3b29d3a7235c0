// The list of allegations: filters beside a table, a page of rows at a time.

import { el, joined, title } from "./dom.js";
import { index } from "./data.js";
import { addressOf, isNarrowed, matching } from "./filters.js";
import { CERTAINTIES, CONTESTED, REVIEWS, STAGES, actorName, actorNames, claimLink, contestedBadge, count, say, span, weaponName } from "./words.js";

const PAGE = 100;

const COLUMNS = [
  ["allegation", "Allegation"], ["stage", "Stage"], ["certainty", "Certainty"], ["contested", "Contested"],
  ["origins", "Origins"], ["articles", "Articles"], ["event", "Event"], ["said", "First said"], ["review", "Review"],
];

/** The view. `change(filters)` narrows, sorts or turns the page. */
export function allegationsView(filters, change) {
  const results = el("div", { class: "results" });
  const view = el("div", { class: "split" }, filterForm(filters, change), el("div", {}, title("Allegations"), chips(filters, change), results));
  drawRows(results, filters, change);
  return view;
}

/** Draws the rows again, where only they have changed. */
export function drawRows(results, filters, change) {
  const positions = matching(filters);
  const pages = Math.max(1, Math.ceil(positions.length / PAGE));
  const page = Math.min(Math.max(1, Number(filters.page) || 1), pages);
  const rows = positions.slice((page - 1) * PAGE, page * PAGE).map((position) => allegationRow(index.rows[position]));
  const turn = (to) => change({ ...filters, page: String(to) });
  results.replaceChildren(
    el("p", { class: "tally", role: "status" }, tally(positions.length)),
    rows.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of allegations" },
      el("table", { class: "list" }, el("caption", { class: "unseen" }, "Allegations; the headings sort"),
        el("thead", {}, el("tr", {}, COLUMNS.map((column) => heading(column, filters, change)))), el("tbody", {}, rows)))
      : el("p", { class: "empty" }, index.rows.length ? "No allegation matches." : "Nothing was alleged in these articles."),
    pages > 1 ? el("nav", { class: "pages", "aria-label": "Pages" },
      el("button", { type: "button", disabled: page === 1, click: () => turn(page - 1) }, "Previous"),
      el("span", {}, `Page ${page} of ${pages}`),
      el("button", { type: "button", disabled: page === pages, click: () => turn(page + 1) }, "Next")) : "",
  );
}

export function tally(shown) {
  const { allegations, claims } = index.counts;
  const all = `${count(allegations, "allegation")} from ${count(claims, "claim")}`;
  return shown === allegations ? all : `${shown.toLocaleString("en")} of ${all}`;
}

function heading([key, label], filters, change) {
  const now = filters.sort === key ? "ascending" : filters.sort === `-${key}` ? "descending" : null;
  const numeric = ["origins", "articles"].includes(key);
  const next = now === null ? (numeric ? `-${key}` : key) : now === "ascending" ? (numeric ? "" : `-${key}`) : numeric ? key : "";
  return el("th", { scope: "col", "aria-sort": now, class: numeric ? "number" : null },
    el("button", { type: "button", click: () => change({ ...filters, sort: next, page: "" }) }, label,
      el("span", { "aria-hidden": "true" }, now === "ascending" ? " ▲" : now === "descending" ? " ▼" : "")));
}

function allegationRow(row) {
  const weapons = [...new Set(row.weapons.map(weaponName))];
  return el("tr", { "data-id": row.id },
    el("td", { class: "what" }, claimLink(row.id, row.summary, { class: "open" }),
      el("div", { class: "muted", dir: "auto" }, `${actorNames(row.suppliers)} → ${actorNames(row.recipients)}`,
        weapons.length ? ` · ${weapons.slice(0, 4).join(", ")}${weapons.length > 4 ? ", …" : ""}` : "",
        row.scope === "pattern" ? " · pattern" : "")),
    el("td", {}, say(row.stage)),
    el("td", {}, row.certainty.length ? row.certainty.join(", ") : el("span", { class: "muted" }, "not affirmed")),
    el("td", {}, contestedBadge(row.contested)),
    el("td", { class: "number", title: row.origins.map((id) => index.actors[id]?.name ?? "a source that names nobody").join(", ") || null }, String(row.origins.length)),
    el("td", { class: "number" }, String(row.articles)),
    el("td", { class: "date" }, row.event_text ?? ""),
    el("td", { class: "date" }, span(row.said[0])),
    el("td", {}, row.review === "open" ? el("span", { class: "muted" }, "open") : el("strong", {}, row.review)));
}

function filterForm(filters, change) {
  const set = (name) => (event) => change({ ...filters, ...readForm(event.target.form), [name]: event.target.value, page: "" });
  const text = (name, label, list, extra = {}) => field(label, el("input", { name, type: "text", value: filters[name], list, autocomplete: "off", change: set(name), ...extra }));
  const choice = (name, label, options, any = "any") => field(label, el("select", { name, change: set(name) }, option("", any, filters[name] ?? ""), options));
  const plain = (name, values) => values.map((value) => option(value, say(value), filters[name]));
  return el("form", { class: "filters", role: "search", "aria-label": "Filter allegations", submit: (event) => event.preventDefault() },
    field("Search", el("input", { id: "search", name: "q", type: "search", value: filters.q, autocomplete: "off", spellcheck: "false", placeholder: "summary, quotes, actors, weapons", input: set("q") })),
    text("actor", "Actor", "actor-names"),
    choice("role", "Actor is", plain("role", ["supplier", "recipient", "origin"]), "any of these"),
    text("weapon", "Weapon", "weapon-names"),
    choice("stage", "Stage", Object.entries(STAGES).map(([family, stages]) => el("optgroup", { label: family }, plain("stage", stages)))),
    choice("scope", "Scope", plain("scope", ["specific", "pattern"])),
    choice("certainty", "Certainty", plain("certainty", CERTAINTIES)),
    choice("contested", "Contested", plain("contested", CONTESTED)),
    choice("origins", "Independent origins", [["0", "none"], ["1", "one"], ["2", "more than one"]].map(([value, label]) => option(value, label, filters.origins))),
    choice("clock", "Date of", [["event", "the event"], ["said", "a statement"]].map(([value, label]) => option(value, label, filters.clock)), "event or statement"),
    el("div", { class: "pair" }, text("from", "From", null, { type: "date" }), text("to", "To", null, { type: "date" })),
    choice("review", "Review", plain("review", REVIEWS)),
    el("button", { type: "button", class: "clear", click: () => change({ sort: filters.sort }) }, "Clear filters"),
    suggestions("actor-names", Object.entries(usedActors()).map(([id]) => actorName(id))),
    suggestions("weapon-names", Object.values(index.weapons).flatMap((w) => [w.term, say(w.category)])));
}

function usedActors() {
  const used = {};
  for (const row of index.rows) for (const id of [...row.suppliers, ...row.recipients, ...row.origins]) if (index.actors[id]) used[id] = true;
  return used;
}

function suggestions(id, names) {
  return el("datalist", { id }, [...new Set(names)].sort().slice(0, 500).map((name) => el("option", { value: name })));
}

function field(label, input) {
  return el("label", {}, el("span", {}, label), input);
}

function option(value, label, chosen) {
  return el("option", { value, selected: value === chosen }, label);
}

function readForm(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/** Filters that have no field of their own in the form. */
export function chips(filters, change) {
  const given = ["supplier", "recipient"].filter((side) => filters[side]);
  return el("p", { class: "chips" }, given.map((side) => el("button", { type: "button", click: () => change({ ...filters, [side]: "", page: "" }) },
    `${side}: ${filters[side] === "unknown" ? "unknown" : actorName(filters[side])} ✕`)));
}

/** What the network and the timeline are about: all allegations, or those that the list was narrowed to. */
export function narrowedNote(filters, shown, view) {
  return el("p", { class: "tally", role: "status" }, tally(shown), isNarrowed(filters)
    ? [" (the filters of the list hold here too; ", joined([el("a", { href: addressOf("claims", filters) }, "change them"), el("a", { href: `#${view}` }, "show all")], " or "), ")"]
    : null);
}
