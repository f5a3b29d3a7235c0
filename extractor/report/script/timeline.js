// Two clocks that are kept apart: when something is said to have happened, and when it was said.

import { el, svg, title } from "./dom.js";
import { index } from "./data.js";
import { narrowedNote } from "./allegations.js";
import { canDraw, withoutDrawing } from "./figures.js";
import { addressOf, matching } from "./filters.js";
import { claimLink, count, span } from "./words.js";

const MOST_ROWS = 120;
const WIDTH = 1100;
const LABEL = 430;
const TOP = 22;
const ROW = 22;
const DAY = 86_400_000;

export function timelineView(filters) {
  const positions = matching(filters);
  const rows = positions.map((p) => index.rows[p]);
  const dated = rows.filter((row) => row.event || row.said.length).sort((a, b) => (firstDay(a) < firstDay(b) ? -1 : 1));
  const undated = rows.length - dated.length;
  const parts = [title("Timeline"), narrowedNote(filters, positions.length, "timeline"),
    el("p", { class: "muted" }, "Event: when it is said to have happened. Statement: when somebody said so. ", undated ? `${count(undated, "allegation")} with neither date that could be resolved ${undated === 1 ? "is" : "are"} not shown.` : "")];
  if (!dated.length) return el("div", {}, parts, el("p", { class: "empty" }, "No date to show."));
  if (!canDraw()) parts.push(withoutDrawing());
  else if (dated.length <= MOST_ROWS) parts.push(rowDiagram(dated));
  else parts.push(monthDiagram(dated, filters));
  return el("div", {}, parts, dateTable(dated));
}

/** The first day that an allegation has on either clock. */
function firstDay(row) {
  return [row.event?.[0], ...row.said.map((s) => s[0])].filter(Boolean).sort()[0] ?? "";
}

function moment(iso) {
  return Date.parse(`${iso}T00:00:00Z`);
}

/** First and last moment of a date; an open side reaches to the edge of the drawing. */
function reach([first, last], [lo, hi]) {
  return [first ? moment(first) : lo, last ? moment(last) + DAY : hi];
}

function extent(rows) {
  const days = rows.flatMap((row) => [...(row.event ?? []), ...row.said.flat()]).filter(Boolean).map(moment);
  const [lo, hi] = [days.reduce((a, b) => Math.min(a, b)), days.reduce((a, b) => Math.max(a, b))];
  const margin = Math.max(15 * DAY, (hi - lo) * 0.02);
  return [lo - margin, hi + margin];
}

function legend() {
  const key = (shape, words) => el("span", {}, svg("svg", { width: 26, height: 12, "aria-hidden": "true", class: "key" }, shape), ` ${words} `);
  return el("p", { class: "legend" }, key(svg("rect", { class: "event", x: 2, y: 2, width: 22, height: 8 }), "event (filled bar, as long as the date is wide)"),
    key(svg("path", { class: "said", d: "M13,1L18,6L13,11L8,6Z" }), "statement (hollow diamond)"));
}

/** One row per allegation. */
function rowDiagram(rows) {
  const whole = extent(rows);
  const x = drawing.scaleUtc(whole, [LABEL, WIDTH - 14]);
  const height = TOP + rows.length * ROW + 12;
  const axis = svg("g", { class: "axis" });
  drawing.select(axis).call(drawing.axisBottom(x).ticks(8).tickSize(height));
  for (const label of axis.querySelectorAll("text")) label.setAttribute("y", "2"); // where the reader begins
  const marks = rows.map((row, n) => {
    const y = TOP + n * ROW;
    const event = row.event && reach(row.event, whole).map(x);
    return svg("g", { transform: `translate(0,${y})` },
      svg("a", { href: `#claim/${encodeURIComponent(row.id)}` }, svg("title", {}, row.summary),
        svg("text", { x: 0, y: 14 }, row.summary.length > 66 ? `${row.summary.slice(0, 65)}…` : row.summary)),
      event ? svg("rect", { class: "event", x: event[0], y: 5, width: Math.max(4, event[1] - event[0]), height: 9, rx: 1 }, svg("title", {}, `event ${span(row.event)}`)) : "",
      row.said.map((said) => {
        const [from, to] = reach(said, whole).map(x);
        const c = (from + to) / 2;
        return svg("g", { class: "said" }, svg("title", {}, `statement ${span(said)}`), to - from > 8 ? svg("path", { d: `M${from},10H${to}` }) : "", svg("path", { d: `M${c},4.5L${c + 5.5},10L${c},15.5L${c - 5.5},10Z` }));
      }));
  });
  return el("div", { class: "drawing" }, legend(), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline, drawn" },
    svg("svg", { class: "timeline", role: "group", "aria-label": "Timeline, one row per allegation; the table below says the same", viewBox: `0 0 ${WIDTH} ${height}` }, axis, marks)));
}

/** Many allegations: how many events (up) and statements (down) begin in each month, or year where there are too many months. */
function monthDiagram(rows, filters) {
  const whole = extent(rows);
  const digits = (whole[1] - whole[0]) / DAY > 366 * 20 ? 4 : 7;
  const events = tallies(rows.map((row) => [row.event?.[0]]), digits);
  const said = tallies(rows.map((row) => row.said.map((s) => s[0])), digits);
  const most = Math.max(...events.values(), ...said.values());
  const half = 170;
  const x = drawing.scaleUtc(whole, [50, WIDTH - 14]);
  const axis = svg("g", { class: "axis", transform: `translate(0,${2 * half + 34})` });
  drawing.select(axis).call(drawing.axisBottom(x).ticks(10));
  const bar = ([unit, n], clock) => {
    const [from, to] = bordersOf(unit);
    const [x0, x1] = [x(moment(from)), x(moment(to) + DAY)];
    const size = (n / most) * (half - 12);
    const words = `${unit}: ${count(n, clock)}`;
    const y = clock === "event" ? half - size : half + 8;
    return svg("a", { href: addressOf("claims", { ...filters, clock: clock === "event" ? "event" : "said", from, to, page: "" }), "aria-label": words },
      svg("title", {}, words), svg("rect", { class: clock === "event" ? "event" : "said", x: x0, y, width: Math.max(1.5, x1 - x0 - 1), height: size }));
  };
  return el("div", { class: "drawing" },
    el("p", { class: "legend" }, `Up: events that begin in the ${digits === 4 ? "year" : "month"} (filled). Down: statements (hollow). The highest bar is ${most.toLocaleString("en")}. Click a bar for its allegations; narrow the list to ${MOST_ROWS} or fewer to see each in a row.`),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Timeline, drawn" },
      svg("svg", { class: "timeline", role: "group", "aria-label": "Timeline, events above and statements below", viewBox: `0 0 ${WIDTH} ${2 * half + 64}` },
        svg("text", { x: 0, y: 20 }, "events"), svg("text", { x: 0, y: 2 * half }, "statements"), axis,
        [...events].map((entry) => bar(entry, "event")), [...said].map((entry) => bar(entry, "statement")))));
}

function tallies(lists, digits) {
  const counts = new Map();
  for (const units of lists) for (const unit of new Set(units.filter(Boolean).map((day) => day.slice(0, digits)))) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** First and last day of a month or a year. */
function bordersOf(unit) {
  if (unit.length === 4) return [`${unit}-01-01`, `${unit}-12-31`];
  const [year, month] = unit.split("-").map(Number);
  return [`${unit}-01`, new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)];
}

function dateTable(rows) {
  const shown = rows.slice(0, 300);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of dates" },
    el("table", { class: "list" }, el("caption", {}, rows.length > shown.length ? `The first ${shown.length} of ${count(rows.length, "dated allegation")}` : count(rows.length, "dated allegation")),
      el("thead", {}, el("tr", {}, ["Event", "Statements", "Allegation"].map((c) => el("th", { scope: "col" }, c)))),
      el("tbody", {}, shown.map((row) => el("tr", { "data-id": row.id }, el("td", { class: "date" }, row.event_text ?? ""), el("td", { class: "date" }, row.said.map(span).join(", ")), el("td", {}, claimLink(row.id, row.summary, { class: "open" })))))));
}
