// The words that records rest on: a quote in its sentence, and highlights in a whole text.

import { el } from "./dom.js";
import { articleLink, say } from "./words.js";

/** A quote within its sentence, as the dataset has it: shown without the article's text. */
export function sentence(evidence, article) {
  const where = [`sentence ${evidence.sentence}`, evidence.segment === "body" ? null : say(evidence.segment),
    evidence.match === "exact" ? null : "quote normalised",
    evidence.cited_sentence === null ? null : `cited as sentence ${evidence.cited_sentence}`].filter(Boolean).join(", ");
  return el("figure", { class: "quote" },
    el("blockquote", { dir: "auto", lang: article?.language }, evidence.prefix, el("mark", {}, evidence.exact), evidence.suffix),
    el("figcaption", {}, article ? [articleLink(article), ", "] : null, where));
}

/** What to say where an article's text isn't shown; null where it is. */
export function absence(state) {
  if (state === "changed") {
    return el("p", { class: "stale" }, el("strong", {}, "Text changed since."),
      " The file is not the one that was read. The quotes below are those of the dataset; where they stand in the text now is not known.");
  }
  if (state === "missing") return el("p", { class: "stale" }, el("strong", {}, "Without its text."), " The sentences are those of the dataset.");
  return null;
}

/** A whole text with highlights. Ranges ({start, end, kind, label, href, about}) count code points and may overlap. */
export function highlighted(text, ranges, article) {
  const at = offsets(text);
  const last = at(Infinity);
  const placed = ranges.map((r) => ({ ...r, start: at(r.start), end: at(r.end) }));
  const cuts = [...new Set([0, last, ...placed.flatMap((r) => [r.start, r.end])])].sort((a, b) => a - b);
  const pieces = cuts.slice(0, -1).map((start, n) => {
    const words = text.slice(start, cuts[n + 1]);
    const over = placed.filter((r) => r.start <= start && r.end >= cuts[n + 1]);
    if (!over.length) return words;
    const begins = over.filter((r) => r.start === start);
    const link = over.find((r) => r.href);
    return el("mark", {
      class: [...new Set(over.map((r) => r.kind))].join(" "),
      "data-label": begins.map((r) => r.label).filter(Boolean).join(" ") || null,
      title: [...new Set(over.map((r) => r.about))].join("; "),
      tabindex: begins.length && !link ? "-1" : null,
    }, link ? el("a", { href: link.href }, words) : words);
  });
  return el("div", { class: "text", dir: "auto", lang: article.language, tabindex: "0", role: "region", "aria-label": `Text of ${article.title ?? article.path}` }, pieces);
}

/** From code points to the units that a string of this language counts. */
function offsets(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (n) => Math.min(n, text.length);
  const units = [];
  let unit = 0;
  for (const sign of text) {
    units.push(unit);
    unit += sign.length;
  }
  return (n) => units[n] ?? unit;
}

/** Scrolls a text to its first highlight, without moving the page. */
export function showFirst(box) {
  const mark = box.querySelector("mark");
  if (mark) box.scrollTop = mark.offsetTop - box.clientHeight / 3;
}
