// The articles: a list, and one with everything that was taken from it.

import { el, facts, gradually, title } from "./dom.js";
import { allegationAt, index, listed, positionOf, records, textOf } from "./data.js";
import { absence, highlighted, sentence } from "./evidence.js";
import { fold } from "./filters.js";
import { actorName, articleLink, articleName, claimLink, contestedBadge, count, printed, say } from "./words.js";

const STATES = { read: "", changed: "text changed since", missing: "without its text" };
const MANY = 200;

export function articlesView(filters, change) {
  const all = [...records("articles").values()];
  const holder = el("div", {});
  const show = (typed) => {
    const wanted = fold(typed);
    const kept = all.filter((a) => fold(`${articleName(a)} ${a.path} ${a.outlet ?? ""} ${a.language} ${a.id}`).includes(wanted));
    const body = el("tbody", {});
    const rows = gradually(kept, MANY, articleRow, body);
    holder.replaceChildren(
      el("p", { class: "tally", role: "status" }, kept.length === all.length ? count(all.length, "article") : `${kept.length.toLocaleString("en")} of ${count(all.length, "article")}`),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of articles" },
        el("table", { class: "list" }, el("thead", {}, el("tr", {}, ["Article", "Outlet", "Published", "Language", "Outcome", "Allegations", "Denials", "Responses", "Quarantined", "Text"].map((c) => el("th", { scope: "col" }, c)))), body)),
      rows.querySelector("button"));
  };
  show(filters.q ?? "");
  const input = (event) => {
    change({ q: event.target.value });
    show(event.target.value);
  };
  return el("div", {}, title("Articles"),
    el("form", { class: "inline", role: "search", submit: (event) => event.preventDefault() },
      el("label", {}, el("span", {}, "Search "), el("input", { id: "search", type: "search", autocomplete: "off", value: filters.q, placeholder: "title, path, outlet, language", input }))),
    holder);
}

function articleRow(a) {
  const outcome = a.duplicate_of ? "duplicate" : a.outcomes.map((o) => (o === "answered" && !a.allegations.length && !a.denials.length && !a.responses.length ? "empty" : o)).join(", ");
  return el("tr", { "data-id": a.id },
    el("td", { class: "what" }, el("a", { class: "open", href: `#article/${encodeURIComponent(a.id)}`, dir: "auto" }, articleName(a)), el("div", { class: "muted path" }, a.path)),
    [a.outlet ?? "unknown", a.published ?? "unknown", a.language, outcome].map((text) => el("td", { dir: "auto" }, text)),
    [a.allegations.length, a.denials.length, a.responses.length, a.quarantined].map((n) => el("td", { class: "number" }, String(n))),
    el("td", {}, STATES[a.text]));
}

/** Everything that rests on a place in the text, in the order of the text. */
function rangesOf(article) {
  const ranges = [];
  const here = (kind, list, label, href, about) => {
    for (const e of list) if (e.article_id === article.id) ranges.push({ evidence: e, start: e.start, end: e.end, kind, label, href, about });
  };
  article.allegations.map(positionOf).map(allegationAt).forEach((a, n) => {
    for (const t of a.attributions) here("claim", t.evidence, `A${n + 1}`, `#claim/${encodeURIComponent(a.id)}`, `allegation A${n + 1}: ${a.summary}`);
  });
  article.denials.map((id) => records("denials").get(id)).forEach((d, n) => {
    for (const s of d.statements) here("denial", s.evidence, `D${n + 1}`, null, `denial D${n + 1}: ${actorName(d.denier)} ${say(d.kind)}`);
  });
  article.responses.map((id) => records("responses").get(id)).forEach((r, n) => here("response", r.evidence, `R${n + 1}`, null, `response R${n + 1}: ${say(r.kind)}`));
  article.excluded.forEach((x, n) => here("excluded", x.evidence, `X${n + 1}`, null, `excluded X${n + 1}: ${say(x.reason)}`));
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The view of one article; null for an unknown id. */
export function articleView(id) {
  const article = records("articles").get(id);
  if (!article) return null;
  const text = article.text === "read" ? textOf(id) : null;
  const ranges = rangesOf(article);
  const defects = article.defects.map((d) => ({ start: d.start, end: d.end, kind: "defect", label: "!", about: `${say(d.kind)}: ${d.detail}` }));
  return el("article", { class: "source", "data-id": id },
    el("p", { class: "crumbs" }, el("a", { href: "#articles" }, "← Articles"), el("span", { class: "muted" }, ` ${id}`)),
    title(el("span", { dir: "auto", lang: article.language }, articleName(article))),
    el("p", { class: "muted", dir: "auto" }, printed(article)),
    el("div", { class: "beside" },
      el("section", { "aria-label": "Text" },
        text === null ? [absence(article.text), quotesOf(ranges, article)] : [legend(), highlighted(text, [...ranges, ...defects], article)]),
      el("div", {}, aboutArticle(article), holdings(article), quarantineOf(article))));
}

function quotesOf(ranges, article) {
  return ranges.map((r) => el("div", { class: `kept ${r.kind}` }, el("p", {}, r.href ? el("a", { href: r.href, dir: "auto" }, r.about) : el("span", { dir: "auto" }, r.about)), sentence(r.evidence, { ...article })));
}

function legend() {
  return el("p", { class: "legend" }, [["claim", "A1", "allegation"], ["denial", "D1", "denial"], ["response", "R1", "response"], ["excluded", "X1", "excluded"], ["defect", "!", "defect"]]
    .map(([kind, label, word]) => el("span", {}, el("mark", { class: kind, "data-label": label }, word), " ")));
}

function aboutArticle(a) {
  return facts([
    ["Path", a.path], ["Byline", a.byline], ["Agency", a.agency], ["Address", a.url && address(a.url)],
    ["Published", `${a.published ?? "unknown"} (${a.published_basis})`], ["Language", a.language], ["Sentences", String(a.sentences)],
    ["Duplicate of", a.duplicate_of && record(a.duplicate_of)],
    ["Same text as", a.syndication_group === a.id ? null : record(a.syndication_group)],
    ["SHA-256", el("span", { class: "path" }, a.sha256)],
    ["Defects", a.defects.length ? el("ul", {}, a.defects.map((d) => el("li", {}, `${say(d.kind)}: `, el("span", { dir: "auto" }, d.detail)))) : null],
  ]);
}

function record(id) {
  const other = records("articles").get(id);
  return other ? articleLink(other) : id;
}

/** A link for web addresses; anything else is text. */
function address(url) {
  return /^https?:\/\//i.test(url) ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, url) : el("span", {}, url);
}

function holdings(a) {
  const item = (label, ...content) => el("li", {}, el("strong", {}, `${label} `), content);
  const parts = [
    ["Allegations", a.allegations.map((id, n) => {
      const row = index.rows[positionOf(id)];
      return item(`A${n + 1}`, claimLink(id, row.summary), " ", contestedBadge(row.contested));
    })],
    ["Denials", a.denials.map((id, n) => {
      const d = records("denials").get(id);
      return item(`D${n + 1}`, el("span", { dir: "auto" }, actorName(d.denier)), ` ${say(d.kind)} (${d.scope})`, d.targets.map((t) => [": ", claimLink(t.allegation, index.rows[positionOf(t.allegation)].summary)]));
    })],
    ["Responses", a.responses.map((id, n) => item(`R${n + 1}`, say(records("responses").get(id).kind)))],
    ["Excluded", a.excluded.map((x, n) => item(`X${n + 1}`, say(x.reason)))],
  ];
  return parts.filter(([, items]) => items.length).map(([name, items]) => el("section", { "aria-label": name }, el("h2", {}, name), el("ul", { class: "holdings" }, items)));
}

function quarantineOf(a) {
  if (!a.quarantined) return null;
  const rows = listed("quarantine").filter((q) => q.article_id === a.id);
  return el("section", { "aria-label": "Quarantine" }, el("h2", {}, "Quarantine"), el("ul", {}, rows.map((q) => el("li", {}, `${q.record} ${q.local_id}: ${say(q.reason)}. `, el("span", { dir: "auto" }, q.detail)))));
}
