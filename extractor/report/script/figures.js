// What the drawings have in common. The libraries (`drawing`) are bundled at build time; the page does without.

import { el, svg } from "./dom.js";

/** Whether the page was written with the bundle. */
export function canDraw() {
  return typeof drawing !== "undefined";
}

export function withoutDrawing() {
  return el("p", { class: "stale" }, el("strong", {}, "Without its drawing."),
    " The report was written without the bundle that draws; the table says the same. To have it: ", el("code", {}, "make assets"),
    " in the source (needs Node.js and npm), or install a wheel, and write the report again.");
}

/** A text broken into at most two lines of about `width` signs. */
export function twoLines(text, width) {
  if (text.length <= width) return [text];
  const cut = text.lastIndexOf(" ", width);
  const first = text.slice(0, cut > width / 2 ? cut : width);
  const rest = text.slice(first.length).trim();
  return [first, rest.length > width ? `${rest.slice(0, width - 1)}…` : rest];
}

export function arrowHead(id) {
  return svg("defs", {}, svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 12, markerHeight: 12, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, svg("path", { class: "arrow", d: "M0,0L8,4L0,8z" })));
}
