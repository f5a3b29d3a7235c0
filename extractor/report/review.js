// The pen of the report: decisions on an allegation's page, sent to the server as they are made, one after the other.
//
// What the server has not confirmed stays on the page with its reason and a button to send it again.

(() => {
  const { report } = globalThis;
  const { el } = report;
  const EVERY_MS = 5000;
  const known = { dataset: null, decisions: [], broken: [], changed: false, file: "" };
  const unsent = [];
  let who = "";

  // What the server knows ---------------------------------------------------------------------------------------------

  function learn(state) {
    const news = state.decisions.length !== known.decisions.length;
    // the dataset that this tab shows stays the one it was opened with
    Object.assign(known, state, { dataset: known.dataset ?? state.dataset, changed: state.changed || (known.dataset !== null && known.dataset !== state.dataset) });
    tellState();
    return news;
  }

  async function look() {
    try {
      const response = await fetch("decisions");
      if (!response.ok) throw new Error((await response.json()).error);
      if (learn(await response.json())) drawDecisions();
    } catch (error) {
      tellState(`The server does not answer (${error.message}): nothing can be written until it does.`);
    }
  }

  async function send(choice) {
    const entry = { choice, why: null };
    unsent.push(entry);
    await sendAgain(entry);
  }

  async function sendAgain(entry) {
    try {
      const response = await fetch("decisions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...entry.choice, dataset: known.dataset, by: who || null }),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error);
      unsent.splice(unsent.indexOf(entry), 1);
      learn(answer);
    } catch (error) {
      entry.why = error.message;
      tellState();
    }
    drawDecisions();
  }

  addEventListener("beforeunload", (event) => {
    if (unsent.length) event.preventDefault();
  });

  // Above the views ---------------------------------------------------------------------------------------------------

  const bar = el("section", { class: "review-bar", "aria-label": "Review" });

  function tellState(trouble = null) {
    const name = el("input", { type: "text", name: "by", autocomplete: "off", maxlength: "200", value: who, input: (event) => { who = event.target.value; } });
    const focused = document.activeElement?.name === "by";
    bar.replaceChildren(
      el("label", {}, "Who decides ", name),
      el("span", { role: "status" }, `${known.decisions.length} decisions in ${known.file}`),
      ...[trouble, known.changed && "The dataset's file changed since this page was opened: start the review again to see it. Decisions on records that are still there are written.", ...known.broken]
        .filter(Boolean).map((text) => el("p", { class: "notice", role: "alert" }, text)),
      ...unsent.filter((entry) => entry.why).map((entry) => el("p", { class: "notice", role: "alert" },
        el("span", {}, `Not written: ${describe(entry.choice)}. ${entry.why}`),
        el("button", { type: "button", click: () => sendAgain(entry) }, "Send again"),
        el("button", { type: "button", click: () => { unsent.splice(unsent.indexOf(entry), 1); tellState(); } }, "Give it up"))),
    );
    if (focused) bar.querySelector("input[name=by]").focus();
  }

  function describe({ verb, ids, edit, reliability, credibility, note }) {
    const details = [
      ...Object.entries(edit ?? {}).map(([field, value]) => `${field} = ${JSON.stringify(value)}`),
      reliability && `reliability ${reliability}`, credibility && `credibility ${credibility}`, note && `“${note}”`,
    ].filter(Boolean);
    return `${verb} ${ids.join(", ")}${details.length ? `: ${details.join(", ")}` : ""}`;
  }

  // On an allegation --------------------------------------------------------------------------------------------------

  let shown = null;

  function drawDecisions() {
    if (!shown || !shown.place.isConnected) return;
    const busy = shown.place.contains(document.activeElement) && ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName);
    if (busy) drawList(shown.allegation, shown.list);
    else draw(shown.allegation, shown.place);
  }

  function subjectsOf(allegation) {
    const denials = allegation.denials.flatMap((id) => report.record("denials", id).statements.map((s) => s.id));
    const sources = allegation.attributions.map((a) => a.source);
    return new Set([...allegation.claims.map((c) => c.id), ...denials, ...sources, ...allegation.suppliers, ...allegation.recipients]);
  }

  function drawList(allegation, list) {
    const about = subjectsOf(allegation);
    const mine = known.decisions.filter((d) => d.decision.subjects.some((s) => about.has(s.id)));
    list.replaceChildren(...mine.map(({ decision, status, detail }) => el("li", {},
      el("strong", {}, `${status.replaceAll("_", " ")}: `), describe({ ...decision, ids: decision.subjects.map((s) => s.id) }),
      decision.by ? `, by ${decision.by}` : "", detail ? ` (${detail})` : "")));
    if (!mine.length) list.replaceChildren(el("li", { class: "muted" }, "Nothing is decided about it yet."));
  }

  function draw(allegation, place) {
    const list = el("ul", { class: "decisions" });
    shown = { allegation, place, list };
    place.replaceChildren(...[
      el("h2", {}, "Decide"),
      el("p", { class: "muted" }, "Every decision is written at once, and honoured by the next merge."),
      allegation.claims.map((claim) => claimForm(claim, allegation)),
      allegation.denials.flatMap((id) => report.record("denials", id).statements).map(denialForm),
      [...new Set(allegation.attributions.map((a) => a.source))].map(sourceForm),
      pairForms(allegation),
      el("h3", {}, "Decisions"), list,
    ].flat());
    drawList(allegation, list);
  }

  function button(label, act, ...more) {
    return el("button", { type: "button", click: act }, label, ...more);
  }

  function note() {
    return el("input", { type: "text", name: "note", maxlength: "10000", autocomplete: "off" });
  }

  function claimForm(claim, allegation) {
    const why = note();
    const said = () => why.value || null;
    const about = [claim.id];
    return el("fieldset", { "data-claim": claim.id },
      el("legend", {}, allegation.claims.length > 1 ? "Claim: " : "The claim: ", el("span", { dir: "auto" }, claim.summary), el("span", { class: "muted" }, ` ${claim.id}`)),
      el("p", { class: "row" },
        button("Accept", () => send({ verb: "accept", ids: about, note: said() })),
        button("Reject", () => send({ verb: "reject", ids: about, note: said() })),
        button("Note", () => send({ verb: "note", ids: about, note: said() })),
        el("label", {}, "Why ", why)),
      el("details", {}, el("summary", {}, "Correct it"), editForm(claim, said)),
      el("details", {}, el("summary", {}, "Grade it"), gradeForm(about, said, true)));
  }

  function choice(name, values, current) {
    return el("select", { name }, values.map((value) => el("option", { value, selected: value === current }, value || "–")));
  }

  function editForm(claim, said) {
    const fields = {
      stage: choice("stage", VOCABULARY.stage, claim.stage),
      scope: choice("scope", VOCABULARY.scope, claim.scope),
      event_time: el("input", { type: "text", name: "event_time", value: claim.event_time?.edtf ?? "", placeholder: "EDTF, e.g. 2023-08-30" }),
      summary: el("input", { type: "text", name: "summary", value: claim.summary }),
      suppliers: el("input", { type: "text", name: "suppliers", value: claim.suppliers.join(", ") }),
      recipients: el("input", { type: "text", name: "recipients", value: claim.recipients.join(", ") }),
    };
    const before = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
    const save = () => {
      const edit = Object.fromEntries(Object.entries(fields).filter(([name, field]) => field.value !== before[name]).map(([name, field]) => [name,
        ["suppliers", "recipients"].includes(name) ? field.value.split(",").map((id) => id.trim()).filter(Boolean) : field.value]));
      if (Object.keys(edit).length) send({ verb: "edit", ids: [claim.id], edit, note: said() });
    };
    return el("p", { class: "row" }, Object.entries(fields).map(([name, field]) => el("label", {}, `${name.replaceAll("_", " ")} `, field)), button("Save the correction", save));
  }

  function gradeForm(ids, said, ofClaim) {
    const reliability = choice("reliability", ["", ...VOCABULARY.reliability], "");
    const credibility = choice("credibility", ["", ...VOCABULARY.credibility], "");
    const save = () => {
      const grades = { reliability: reliability.value || null, credibility: ofClaim ? credibility.value || null : null };
      if (grades.reliability || grades.credibility) send({ verb: "grade", ids, ...grades, note: said() });
    };
    return el("p", { class: "row" }, el("label", {}, "Reliability of the source (A to F) ", reliability),
      ofClaim ? el("label", {}, "Credibility of what is said (1 to 6) ", credibility) : null, button("Save the grade", save));
  }

  function denialForm(statement) {
    const why = note();
    const act = (verb) => () => send({ verb, ids: [statement.id], note: why.value || null });
    return el("fieldset", { "data-denial": statement.id },
      el("legend", {}, "Denial: ", el("span", { dir: "auto" }, statement.evidence[0]?.exact ?? ""), el("span", { class: "muted" }, ` ${statement.id}`)),
      el("p", { class: "row" }, button("Accept", act("accept")), button("Reject", act("reject")), el("label", {}, "Why ", why)));
  }

  function sourceForm(source) {
    const why = note();
    return el("details", { "data-source": source }, el("summary", {}, "Grade the source ", el("span", { dir: "auto" }, report.record("sources", source).name), el("span", { class: "muted" }, ` ${source}`)),
      gradeForm([source], () => why.value || null, false), el("p", { class: "row" }, el("label", {}, "Why ", why)));
  }

  function pairForms(allegation) {
    const why = note();
    const judge = (verb, ids) => () => send({ verb, ids, note: why.value || null });
    const own = new Set(allegation.claims.map((c) => c.id));
    const near = allegation.pairs.map((p) => [p.left, p.right]);
    const within = allegation.claims.slice(1).map((claim) => [allegation.claims[0].id, claim.id]);
    const other = el("input", { type: "text", name: "other", autocomplete: "off", placeholder: "claim id" });
    const row = ([left, right]) => el("p", { class: "row", "data-pair": `${left} ${right}` },
      el("span", {}, `${own.has(left) ? left : right} and `, el("a", { href: `#claim/${encodeURIComponent(own.has(left) ? right : left)}` }, own.has(left) ? right : left)),
      button("Same", judge("same", [left, right])), button("Different", judge("different", [left, right])));
    return el("details", {}, el("summary", {}, `Same or different (${near.length} near or doubtful pairs)`),
      near.map(row), within.map(row),
      el("p", { class: "row" }, el("label", {}, "Another claim ", other),
        button("Same", () => other.value && send({ verb: "same", ids: [allegation.claims[0].id, other.value.trim()], note: why.value || null })),
        button("Different", () => other.value && send({ verb: "different", ids: [allegation.claims[0].id, other.value.trim()], note: why.value || null }))),
      el("p", { class: "row" }, el("label", {}, "Why ", why)));
  }

  // --------------------------------------------------------------------------------------------------------------------

  document.getElementById("notices").before(bar);
  tellState();
  report.addAction(draw);
  look();
  setInterval(look, EVERY_MS);
})();
