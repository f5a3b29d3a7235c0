// The keyboard, the colour scheme, and the dialog that explains both and the words.

import { el } from "./dom.js";

const KEYS = [
  ["j, k", "next, previous row; on an allegation, the next, previous one of the list"],
  ["Enter", "open the row"],
  ["Esc", "leave the search; back to the list"],
  ["/", "search"],
  ["n, p", "next, previous highlight in a text"],
  ["1 … 5", "allegations, articles, network, timeline, accounting"],
  ["t", "colour scheme: automatic, light, dark"],
  ["?", "this page"],
];
const WORDS = [
  ["Claim", "what one article carries: who is said to supply whom"],
  ["Allegation", "what the claims of one or more articles say in common; never a finding of fact"],
  ["Attribution", "one speaker saying it once: in which words, how certainly, on what basis"],
  ["Contested", "the strongest answer of a party: explicit, generic, a pledge, or none"],
  ["Independent origin", "a government or organisation at the root of what is said, however many outlets print it"],
  ["Refinement, disagreement", "values of claims that differ: one narrower than the other, or excluding each other"],
  ["Quarantine", "what a model wrote and the article does not bear out"],
];
const SCHEMES = ["auto", "light", "dark"];

/** Something kept between visits, where the browser lets a page on disk keep anything. */
function kept(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(`report.${key}`, value);
    return localStorage.getItem(`report.${key}`);
  } catch {
    return value ?? null;
  }
}

let scheme = "auto";
let singleKeys = kept("keys") !== "off";

function setScheme(wanted) {
  scheme = SCHEMES.includes(wanted) ? wanted : "auto";
  const button = document.getElementById("theme");
  if (scheme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = scheme;
  button.textContent = scheme[0].toUpperCase() + scheme.slice(1);
  button.setAttribute("aria-label", `${button.textContent}: the colour scheme${scheme === "auto" ? " that the system has" : ""}`);
}

function nextScheme() {
  setScheme(SCHEMES[(SCHEMES.indexOf(scheme) + 1) % SCHEMES.length]);
  kept("scheme", scheme);
}

function explain() {
  const dialog = document.getElementById("keys");
  const rows = (list) => el("dl", { class: "facts" }, list.map(([term, words]) => el("div", {}, el("dt", {}, term), el("dd", {}, words))));
  const toggle = el("input", { type: "checkbox", checked: singleKeys, change: (event) => {
    singleKeys = event.target.checked;
    kept("keys", singleKeys ? "on" : "off");
  } });
  dialog.replaceChildren(
    el("h2", { id: "keys-title" }, "Keyboard"), rows(KEYS), el("label", { class: "check" }, toggle, " Single keys work"),
    el("h2", {}, "Words"), rows(WORDS),
    el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")));
  dialog.showModal();
}

function step(by) {
  const rows = [...document.querySelectorAll("main a.open")];
  const now = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + by));
  rows[next]?.focus();
}

function stepHighlight(by) {
  const marks = [...document.querySelectorAll("main .text mark[data-label]")];
  const now = marks.findIndex((mark) => mark.classList.contains("here"));
  const mark = marks[now < 0 ? (by > 0 ? 0 : marks.length - 1) : (now + by + marks.length) % marks.length];
  if (!mark) return;
  marks[now]?.classList.remove("here");
  mark.classList.add("here");
  mark.scrollIntoView({ block: "center" });
}

/** `go(view)` opens a view, `back()` the list, `neighbour(by)` the next allegation; false where there is none. */
export function listenToKeys({ go, back, neighbour }) {
  setScheme(kept("scheme"));
  document.getElementById("theme").addEventListener("click", nextScheme);
  document.getElementById("help").addEventListener("click", explain);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("keys").open) return;
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "Escape") {
      if (typing) typing.blur();
      else back();
      return;
    }
    if (typing || !singleKeys) return;
    const act = {
      j: () => neighbour(1) || step(1), k: () => neighbour(-1) || step(-1), n: () => stepHighlight(1), p: () => stepHighlight(-1),
      "/": () => document.getElementById("search")?.focus() ?? go(1), "?": explain, t: nextScheme,
      1: () => go(1), 2: () => go(2), 3: () => go(3), 4: () => go(4), 5: () => go(5),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
