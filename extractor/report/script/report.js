// The page: which view the address asks for, and what is around the views.

import { el, title } from "./dom.js";
import { index, loaded, positionOf } from "./data.js";
import { accountingView } from "./accounting.js";
import { openToOtherScripts } from "./actions.js";
import { allegationsView, chips, drawRows } from "./allegations.js";
import { articleView, articlesView } from "./articles.js";
import { claimView } from "./claim.js";
import { addressOf, filtersOf, matching, prepareSearch } from "./filters.js";
import { listenToKeys } from "./keys.js";
import { networkView } from "./network.js";
import { timelineView } from "./timeline.js";
import { count } from "./words.js";

const VIEWS = [["claims", "Allegations"], ["articles", "Articles"], ["network", "Network"], ["timeline", "Timeline"], ["accounting", "Accounting"]];
/** The views that the filters of the list narrow. */
const NARROWED = ["claims", "network", "timeline"];

const main = document.getElementById("main");
let filters = {};
let opened = null;

/** "#claim/ID" or "#claims?q=…" in parts. */
function address() {
  const [path, query = ""] = location.hash.slice(1).split("?");
  const [view, ...rest] = path.split("/");
  return { view: view || "claims", id: decode(rest.join("/")), given: filtersOf(query) };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function viewOf({ view, id, given }) {
  if (view === "claim") return claimView(id, addressOf("claims", filters));
  if (view === "article") return articleView(id);
  if (view === "claims") return allegationsView(filters, change);
  if (view === "articles") return articlesView(given, (next) => history.replaceState(null, "", addressOf("articles", next)));
  return { network: networkView, timeline: timelineView, accounting: accountingView }[view]?.(filters) ?? null;
}

/** Draws what the address asks for. All but the list needs the blocks behind this script. */
async function draw({ moved = true } = {}) {
  const wanted = location.hash;
  const asked = address();
  if (NARROWED.includes(asked.view)) filters = asked.given;
  if (asked.view === "main") return;
  if (asked.view !== "claims" || filters.q) {
    if (document.readyState === "loading") main.replaceChildren(el("p", { class: "empty", role: "status" }, "Reading …"));
    await loaded;
    if (location.hash !== wanted) return;
  }
  const view = viewOf(asked) ?? el("div", {}, title("Not in this dataset"), el("p", {}, `There is no ${asked.view} ${asked.id} here; the link may belong to another dataset. `, el("a", { href: "#claims" }, "All allegations")));
  main.replaceChildren(view);
  drawViews(asked.view);
  const heading = main.querySelector("h1");
  document.title = `${heading.textContent} · ${document.querySelector(".brand").textContent}`;
  if (moved) settle(asked, heading);
}

/** Where the focus and the page stand after a view has opened: at the row that was left, or at the top. */
function settle({ view, id }, heading) {
  const left = view === "claims" && opened && main.querySelector(`tr[data-id="${CSS.escape(opened)}"] a.open`);
  if (view === "claim") opened = index.rows[positionOf(id)]?.id ?? null;
  if (left) {
    left.focus();
    left.scrollIntoView({ block: "center" });
  } else {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
}

/** Other filters, another order or page of the list. What is typed stays where it is typed. */
async function change(next) {
  const form = main.querySelector("form.filters");
  const cleared = Object.keys(next).length <= 1 || ["supplier", "recipient"].some((side) => filters[side] !== next[side] && filters[side]);
  filters = Object.fromEntries(Object.entries(next).filter(([, value]) => value));
  history.replaceState(null, "", addressOf("claims", filters));
  if (filters.q) await loaded;
  if (cleared || !form) return draw({ moved: false });
  drawRows(main.querySelector(".results"), filters, change);
  main.querySelector(".chips").replaceWith(chips(filters, change));
  drawViews("claims");
}

function drawViews(current) {
  const shown = { claim: "claims", article: "articles" }[current] ?? current;
  const counts = { claims: index.counts.allegations, articles: index.counts.articles };
  document.getElementById("views").replaceChildren(el("ul", {}, VIEWS.map(([view, name]) => el("li", {},
    el("a", { href: addressOf(view, NARROWED.includes(view) ? { ...filters, page: "" } : {}), "aria-current": view === shown ? "page" : null }, name,
      counts[view] === undefined ? null : el("span", { class: "muted" }, ` ${counts[view].toLocaleString("en")}`))))));
}

function notices() {
  const { changed, missing, read } = index.texts;
  const told = [];
  if (missing && !read && !changed) told.push("The articles' texts are not included: sentences are shown in place of whole texts. To include them, write the report again with the article files or folders behind the dataset: extract report out.json ARTICLES -o report.html");
  else if (missing) told.push(`${count(missing, "article")} ${missing === 1 ? "is" : "are"} without text: not among the files that the report was written with.`);
  if (changed) told.push(`${count(changed, "article")} changed since ${changed === 1 ? "it was" : "they were"} read: quotes are those of the dataset, and no place in the text is marked.`);
  const dismiss = (event) => event.target.closest(".notice").remove();
  document.getElementById("notices").replaceChildren(...told.map((text) => el("p", { class: "notice", role: "note" }, el("span", {}, text), el("button", { type: "button", "aria-label": "Dismiss this notice", click: dismiss }, "✕"))));
  document.getElementById("made").textContent = `Written by ${index.tool}. Nothing is loaded from anywhere.`;
}

function neighbour(by) {
  const { view, id } = address();
  if (view !== "claim") return false;
  const list = matching(filters);
  const now = list.indexOf(positionOf(id));
  const next = list[now < 0 ? 0 : now + by];
  if (next !== undefined) location.hash = `claim/${encodeURIComponent(index.rows[next].id)}`;
  return true;
}

function back() {
  const { view } = address();
  if (view === "article") location.hash = "articles";
  else if (view !== "claims") location.hash = addressOf("claims", filters);
}

addEventListener("hashchange", () => draw());
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
listenToKeys({ go: (n) => { location.hash = addressOf(VIEWS[n - 1][0], NARROWED.includes(VIEWS[n - 1][0]) ? filters : {}); }, back, neighbour });
notices();
openToOtherScripts(() => draw({ moved: false }));
draw({ moved: false });
loaded.then(prepareSearch);
