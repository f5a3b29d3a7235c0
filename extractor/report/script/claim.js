// An allegation: what is said, the evidence of each article side by side, who stands behind it, what answers it.

import { el, facts, gradually, joined, table, title } from "./dom.js";
import { allegationAt, index, positionOf, records, textOf } from "./data.js";
import { actionsFor } from "./actions.js";
import { chainsOf } from "./chains.js";
import { absence, highlighted, sentence, showFirst } from "./evidence.js";
import { actorName, actorNames, amount, articleLink, articleName, badge, claimLink, contestedBadge, count, day, findings, originName, printed, say, sourceName, weaponName } from "./words.js";

const SIDE_BY_SIDE = 6;

/** The view of the allegation that holds a claim; null for an unknown id. */
export function claimView(id, back) {
  const position = positionOf(id);
  if (position === undefined) return null;
  const allegation = allegationAt(position);
  return el("article", { class: "claim", "data-id": allegation.id },
    el("p", { class: "crumbs" }, el("a", { href: back }, "← Allegations"), el("span", { class: "muted" }, ` ${allegation.id}`)),
    title(el("span", { dir: "auto" }, allegation.summary)),
    badges(allegation),
    actionsFor(allegation),
    about(allegation),
    review(allegation),
    part("Evidence", evidenceOf(allegation, id)),
    part("From outlet to origin", origins(allegation)),
    part("Denials and other answers", allegation.denials.map((d) => denial(records("denials").get(d), allegation.id)), "No party has answered this allegation."),
    part("Responses", allegation.responses.map((r) => response(records("responses").get(r))), "No response to this allegation is reported."),
    part("Conflicts", allegation.conflicts.map((c) => conflict(c, allegation)), "Its claims do not differ."),
    part("Relations", relations(allegation), "No allegation contains it, or is contained by it."),
    part("Claims", [claims(allegation)]),
    allegation.pairs.length ? part("Near and doubtful pairs", [pairs(allegation)]) : null);
}

function part(name, content, none) {
  const filled = content.filter(Boolean);
  const key = `part-${name.toLowerCase().replaceAll(" ", "-")}`;
  return el("section", { "aria-labelledby": key }, el("h2", { id: key }, name), filled.length ? filled : el("p", { class: "muted" }, none));
}

function badges(a) {
  const { articles, outlets, origins: n } = a.corroboration;
  return el("p", { class: "badges" }, badge("stage", a.stage), badge("scope", a.scope), contestedBadge(a.contested),
    el("span", { class: "badge" }, count(n, "independent origin")),
    el("span", { class: "badge" }, `${count(articles, "article")}, ${count(outlets, "outlet")}`),
    a.review === "open" ? null : badge("review", a.review));
}

function about(a) {
  const words = (list) => joined(list.map((text) => el("span", { dir: "auto" }, text)), "; ");
  return facts([
    ["Suppliers", actorLinks(a.suppliers, "supplier")],
    ["Recipients", actorLinks(a.recipients, "recipient")],
    ["Items", joined(a.items.map((item) => el("span", { dir: "auto" }, [weaponName(item.weapon), amount(item.quantity)].filter(Boolean).join(": "))), "; ")],
    ["Participants", words(a.participants.map((p) => `${actorName(p.actor)} (${say(p.role)})`))],
    ["In return", words(a.in_return.map((r) => `${r.text} (${r.status})`))],
    ["Event time", day(a.event_time)],
    ["Event place", words(a.event_place)],
    ["Route", words(a.route.map((p) => `${p.place} (${p.role})`))],
    ["End use", words(a.end_use)],
    ["Concealment", words(a.concealment)],
  ]);
}

function actorLinks(ids, side) {
  if (!ids.length) return el("span", { class: "muted" }, "unknown");
  return joined(ids.map((id) => el("a", { href: `#claims?${new URLSearchParams({ [side]: id })}`, dir: "auto" }, actorName(id))));
}

function review(a) {
  if (a.review === "open" && !a.grades.length && !a.edits.length) return el("p", { class: "muted" }, "Review: open.");
  return el("section", { class: "review", "aria-label": "Review" }, el("p", {}, "Review: ", el("strong", {}, a.review)),
    el("ul", {},
      a.grades.map((g) => el("li", {}, `Graded ${[g.reliability && `reliability ${g.reliability}`, g.credibility && `credibility ${g.credibility}`].filter(Boolean).join(", ")}`, g.by ? ` by ${g.by}` : "", el("span", { class: "muted" }, ` (${g.claim})`))),
      a.edits.map((e) => el("li", {}, `${say(e.field)}: edited to “${plain(e.edited)}”, extracted as “${plain(e.extracted)}”`, el("span", { class: "muted" }, ` (${e.claim})`)))));
}

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One column per article: who says it there, and the words in the whole text. */
function evidenceOf(allegation, wanted) {
  const byArticle = new Map();
  allegation.attributions.forEach((attribution, n) => {
    const spoken = { ...attribution, number: n + 1 };
    byArticle.set(attribution.article_id, [...(byArticle.get(attribution.article_id) ?? []), spoken]);
  });
  const holds = ([, spoken]) => spoken.some((a) => a.claim === wanted && wanted !== allegation.id);
  const one = wanted === allegation.id ? null : wanted;
  const columns = [...byArticle].sort((a, b) => holds(b) - holds(a));
  const holder = el("div", { class: "side-by-side", tabindex: "0", role: "region", "aria-label": "Evidence by article" });
  return [gradually(columns, SIDE_BY_SIDE, ([id, spoken]) => column(records("articles").get(id), spoken, one), holder)];
}

function column(article, spoken, wanted) {
  const text = article.text === "read" ? textOf(article.id) : null;
  const ranges = spoken.flatMap((a) => a.evidence.map((e) => ({ start: e.start, end: e.end, kind: "claim", label: String(a.number), about: `attribution ${a.number}` })));
  const box = text === null ? null : highlighted(text, ranges, article);
  if (box) requestAnimationFrame(() => showFirst(box));
  return el("section", { class: "column", "aria-label": articleName(article) },
    el("h3", {}, articleLink(article)), el("p", { class: "muted", dir: "auto" }, printed(article)),
    absence(article.text),
    el("ol", { class: "spoken" }, spoken.map((a) => attributionItem(a, article, box, wanted))),
    box);
}

function attributionItem(a, article, box, wanted) {
  const cue = a.cue ? ["“", el("span", { dir: "auto" }, a.cue), "”, "] : "";
  const said = day(a.said_on);
  return el("li", { value: String(a.number), class: a.claim === wanted ? "wanted" : null },
    el("p", {}, el("strong", { dir: "auto" }, sourceName(a.source)), ": ", cue,
      `certainty ${a.certainty}, basis ${say(a.basis)}`, a.polarity === "positive" ? "" : `, polarity ${say(a.polarity)}`,
      said ? [", said ", said] : ""),
    a.evidence.map((e) => sentence(e, box ? null : { ...article })).map((figure, n) => (box ? withJump(figure, box, a, n) : figure)),
    findings(a.findings));
}

/** A button that scrolls the text to the quote. */
function withJump(figure, box, attribution, n) {
  const jump = () => {
    const marks = [...box.querySelectorAll("mark[data-label]")].filter((mark) => mark.dataset.label.split(" ").includes(String(attribution.number)));
    const mark = marks[Math.min(n, marks.length - 1)];
    if (!mark) return;
    box.scrollTop = mark.offsetTop - box.clientHeight / 3;
    mark.focus({ preventScroll: true });
  };
  figure.querySelector("figcaption").append(" ", el("button", { type: "button", class: "jump", click: jump }, "show in text"));
  return figure;
}

function origins(a) {
  const { texts, articles, origins: n, origin_ids: ids } = a.corroboration;
  return [
    el("p", {}, `${count(n, "independent origin")}${n ? `: ${ids.map(originName).join(", ")}` : ""}; ${count(articles, "article")}, ${count(texts, "different text")}.`),
    chainsOf(a),
  ].flat();
}

function denial(d, allegation) {
  const strength = d.targets.find((t) => t.allegation === allegation)?.strength ?? d.scope;
  return el("article", { class: "answer" },
    el("h3", {}, el("span", { dir: "auto" }, actorName(d.denier)), ` ${say(d.kind)} `, badge("strength", strength, strength === "answer" ? "answer, contests nothing" : strength)),
    facts([
      ["What is denied", joined(d.what_is_denied.map((text) => el("q", { dir: "auto" }, text)), "; ")],
      ["Counter-claim", joined(d.counter_claim.map((text) => el("q", { dir: "auto" }, text)), "; ")],
      ["Said on", day(d.said_on)],
      ["Review", d.review === "open" ? null : d.review],
    ]),
    d.statements.map((s) => [s.evidence.map((e) => sentence(e, records("articles").get(s.article_id))), findings(s.findings)]));
}

function response(r) {
  return el("article", { class: "answer" },
    el("h3", {}, `${say(r.kind)} by `, el("span", { dir: "auto" }, r.actors.length ? actorNames(r.actors) : sourceName(r.source))),
    facts([
      ["Source", sourceName(r.source)],
      ["Measure", r.measure && el("q", { dir: "auto" }, r.measure)],
      ["Legal basis", r.legal_basis && el("q", { dir: "auto" }, r.legal_basis)],
      ["Said on", day(r.said_on)],
    ]),
    r.evidence.map((e) => sentence(e, records("articles").get(r.article_id))), findings(r.findings));
}

function conflict(c, allegation) {
  const outletOf = (id) => {
    const claim = allegation.claims.find((one) => one.id === id);
    return claim ? articleLink(records("articles").get(claim.article_id)) : id;
  };
  return el("div", { class: `conflict ${c.kind}` },
    el("h3", {}, `${say(c.field)}: ${c.kind}`),
    el("ul", {}, c.values.map((v) => el("li", {}, el("strong", { dir: "auto" }, say(v.value)), " in ", outletOf(v.claim), v.value === c.preferred ? " (preferred)" : ""))),
    c.preferred === null ? el("p", { class: "muted" }, "They exclude each other; none is preferred.") : null);
}

function relations(a) {
  const line = (words, id) => el("li", {}, `${words} `, claimLink(id, index.rows[positionOf(id)].summary));
  const to = { part_of: "part of", narrower: "narrower than" };
  const from = { part_of: "contains, as a part of it,", narrower: "broader than" };
  const lines = [...a.relations.map((r) => line(to[r.kind], r.allegation)), ...a.related.map((r) => line(from[r.kind], r.allegation))];
  return lines.length ? [el("ul", {}, lines)] : [];
}

function claims(a) {
  return table(`What each claim says, as extracted (${a.claims.length})`, ["Article", "Summary", "Stage", "Suppliers", "Recipients", "Items", "Event time"],
    a.claims.map((c) => [
      articleLink(records("articles").get(c.article_id)), [c.summary, findings(c.findings)].filter(Boolean), say(c.stage), actorNames(c.suppliers), actorNames(c.recipients),
      c.items.map((i) => [weaponName(i.weapon), amount(i.quantity)].filter(Boolean).join(": ")).join("; "), day(c.event_time) ?? "",
    ]).map((row) => row.map((cell) => (Array.isArray(cell) ? el("span", {}, cell) : cell))));
}

function pairs(a) {
  return table("Pairs with a claim of this allegation that were not joined", ["Other allegation", "Verdict", "By", "Rule"],
    a.pairs.map((p) => {
      const other = p.allegations.find((id) => id !== a.id) ?? a.id;
      return [claimLink(other, index.rows[positionOf(other)].summary), p.refused ? `${p.verdict}, refused` : p.verdict, p.by, p.rule];
    }));
}
