// Where something that may be done about an allegation has its place.
//
// A further script (page.Page.scripts) finds `globalThis.report` and adds what it can do:
//
//   report.addAction((allegation, place) => place.append(…));   // place: the section "Decide" on an allegation's page
//
// `report.mode` is "report" for a file on disk, "review" where a server takes decisions; `report.redraw()` shows the
// view again, after `report.index.rows` or what stands behind `report.allegation(id)` was changed.

import { el } from "./dom.js";
import { allegationAt, index, positionOf, records } from "./data.js";

const makers = [];
let redraw = () => {};

/** The section of an allegation's page in which actions stand; empty and hidden where there are none. */
export function actionsFor(allegation) {
  const place = el("section", { class: "actions", "aria-label": "Decide", hidden: makers.length === 0 });
  for (const make of makers) make(allegation, place);
  return place;
}

export function openToOtherScripts(draw) {
  redraw = draw;
  globalThis.report = {
    mode: index.mode,
    index,
    allegation: (id) => allegationAt(positionOf(id)),
    el,
    record: (kind, id) => records(kind).get(id),
    addAction(make) {
      makers.push(make);
      redraw();
    },
    redraw: () => redraw(),
  };
}
