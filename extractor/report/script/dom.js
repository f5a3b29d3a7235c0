// Elements. Whatever comes from a dataset or an article becomes a text node or an attribute's value, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (null and false leave one out, a function listens) and children, strings as text. */
export function el(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

/** The same for drawings. */
export function svg(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A heading that can take the focus when its view opens. */
export function title(...children) {
  return el("h1", { tabindex: "-1" }, ...children);
}

/** A list of terms and what they are; entries without a value are left out. */
export function facts(entries) {
  const told = entries.filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0);
  return el("dl", { class: "facts" }, told.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

/** A table in a region that scrolls by itself where it is too wide. */
export function table(caption, columns, rows) {
  return el(
    "div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col" }, column)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", { dir: "auto" }, cell ?? "")))))),
  );
}

/** Nodes with something between them. */
export function joined(nodes, between = ", ") {
  return nodes.flatMap((node, n) => (n ? [between, node] : [node]));
}

/** As many of the items as are wanted at once, and a button for as many more. */
export function gradually(items, size, show, holder) {
  let shown = 0;
  const more = el("button", { type: "button", class: "more", click: add });
  function add() {
    const next = items.slice(shown, shown + size);
    shown += next.length;
    holder.append(...next.map(show));
    const left = items.length - shown;
    more.textContent = `Show ${Math.min(size, left)} more of ${left.toLocaleString("en")}`;
    more.hidden = left <= 0;
  }
  add();
  return el("div", { class: "gradually" }, holder, more);
}
