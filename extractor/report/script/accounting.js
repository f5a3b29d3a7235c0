// Where every article and every record went, what failed, what is in quarantine, and what people decided.

import { el, facts, gradually, table, title } from "./dom.js";
import { listed, records, whole } from "./data.js";
import { articleLink, count, say } from "./words.js";

export function accountingView() {
  const a = whole("accounting");
  const n = a.articles;
  const usage = a.usage;
  return el("div", { class: "accounts" }, title("Accounting and quarantine"),
    el("div", { class: "halves" },
      table("Articles", ["Outcome", "Articles"], [["given", n.given], ["extracted", n.extracted], ["empty", n.empty], ["duplicate", n.duplicate], ["skipped", n.skipped], ["failed", n.failed]].map(figures)),
      table("Records", ["Record", "Written", "Kept", "Quarantined"], a.records.map((r) => figures([r.record, r.written, r.kept, r.quarantined])))),
    facts([
      ["Calls", usage.calls.toLocaleString("en")], ["Tokens sent", `${usage.prompt_tokens.toLocaleString("en")} (${usage.cached_tokens.toLocaleString("en")} cached)`],
      ["Tokens answered", usage.completion_tokens.toLocaleString("en")], ["Cost by list price", a.cost_usd === null ? "price unknown" : `${a.cost_usd.toFixed(4)} USD`],
      ["Answered by", a.models_answering.join(", ")], ["Not linked, because", a.unlinked],
    ]),
    a.failures.length ? table(`Failures (${a.failures.length})`, ["File", "Kind", "Message"], a.failures.map((f) => [f.path, f.kind, f.message])) : el("p", {}, "No article failed."),
    a.lapses.length ? table(`Incomplete (${a.lapses.length})`, ["Article", "What failed beside the records"], a.lapses.map(([id, lapse]) => [linked(id), lapse])) : null,
    a.skipped.length ? table(`Skipped (${a.skipped.length})`, ["File", "Reason"], a.skipped.map((s) => [s.path, s.reason])) : null,
    quarantine(),
    a.decisions.length ? table(`Decisions (${a.decisions.length})`, ["Decision", "About", "Status", "By", "Note"],
      a.decisions.map(({ decision, status, detail }) => [decision.verb, decision.subjects.map((s) => s.id).join(", "), [say(status), detail].filter(Boolean).join(": "), decision.by, decision.note])) : el("p", {}, "No decision was made about this dataset."),
    table("Runs", ["Run", "Model", "Tool", "Prompt", "Schema", "Parameters"], a.runs.map((r) => [r.id, r.model, `${r.tool} ${r.tool_version}`, r.prompt_sha256.slice(0, 12), r.schema_sha256.slice(0, 12), JSON.stringify(r.parameters)])));
}

function figures([name, ...numbers]) {
  return [say(name), ...numbers.map((n) => n.toLocaleString("en"))];
}

function linked(id) {
  const article = records("articles").get(id);
  return article ? articleLink(article) : id;
}

function quarantine() {
  const rows = listed("quarantine");
  if (!rows.length) return el("section", { "aria-label": "Quarantine" }, el("h2", {}, "Quarantine"), el("p", {}, "Every record that was written held."));
  const list = el("ul", { class: "quarantine" });
  return el("section", { "aria-label": "Quarantine" }, el("h2", {}, `Quarantine: ${count(rows.length, "record")}`),
    gradually(rows, 200, (q) => el("li", {}, el("details", {}, el("summary", {}, el("strong", {}, `${q.record} ${q.local_id}`), `: ${say(q.reason)}. `, el("span", { dir: "auto" }, q.detail)),
      el("p", {}, "In ", linked(q.article_id), ", as the model wrote it:"), el("pre", { tabindex: "0", dir: "auto" }, JSON.stringify(q.draft, null, 1)))), list));
}
