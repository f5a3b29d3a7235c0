// Suppliers and recipients: an edge is what is alleged between two, its width how many independent origins say so.

import { el, svg, title } from "./dom.js";
import { index } from "./data.js";
import { narrowedNote } from "./allegations.js";
import { arrowHead, canDraw, withoutDrawing } from "./figures.js";
import { addressOf, matching } from "./filters.js";
import { actorName, count } from "./words.js";

const MOST_EDGES = 120;
const MOST_ROWS = 300;
const WIDTH = 1100;
const HEIGHT = 680;

export function networkView(filters) {
  const positions = matching(filters);
  const edges = edgesOf(positions);
  const drawn = edges.slice(0, MOST_EDGES);
  const parts = [title("Network of suppliers and recipients"), narrowedNote(filters, positions.length, "network")];
  if (!edges.length) return el("div", {}, parts, el("p", { class: "empty" }, "No allegation, no edge."));
  if (canDraw()) {
    parts.push(el("p", { class: "muted" }, "An arrow leads from supplier to recipient; its figure is the number of allegations, its width the number of independent origins. A broken line: at least one of them is contested. Drag to move, Ctrl and wheel to zoom, click an arrow for its allegations.",
      edges.length > drawn.length ? ` Drawn are the ${drawn.length} pairs with the most allegations of ${edges.length.toLocaleString("en")}; narrow the list to see others.` : ""),
      diagramOf(drawn, filters));
  } else parts.push(withoutDrawing());
  return el("div", {}, parts, pairTable(edges, filters));
}

/** One edge per pair of supplier and recipient, those with the most allegations first. */
function edgesOf(positions) {
  const edges = new Map();
  for (const row of positions.map((p) => index.rows[p])) {
    for (const from of row.suppliers.length ? row.suppliers : ["unknown"]) {
      for (const to of row.recipients.length ? row.recipients : ["unknown"]) {
        const key = `${from}\n${to}`;
        const edge = edges.get(key) ?? { from, to, allegations: 0, contested: 0, origins: new Set() };
        edge.allegations += 1;
        edge.contested += row.contested !== "none";
        for (const origin of row.origins) edge.origins.add(origin);
        edges.set(key, edge);
      }
    }
  }
  return [...edges.values()].sort((a, b) => b.allegations - a.allegations || b.origins.size - a.origins.size || (a.from + a.to < b.from + b.to ? -1 : 1));
}

function nodeName(id) {
  return id === "unknown" ? "unknown" : actorName(id);
}

function narrowedTo(edge, filters) {
  return addressOf("claims", { ...filters, supplier: edge.from, recipient: edge.to, page: "" });
}

function told(edge) {
  return `${nodeName(edge.from)} to ${nodeName(edge.to)}: ${count(edge.allegations, "allegation")}, ${edge.contested} contested, ${count(edge.origins.size, "independent origin")}`;
}

function pairTable(edges, filters) {
  const cell = (n) => el("td", { class: "number" }, n.toLocaleString("en"));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of pairs" },
    el("table", { class: "list pairs" }, el("caption", {}, edges.length > MOST_ROWS ? `The ${MOST_ROWS} pairs with the most allegations of ${edges.length.toLocaleString("en")}` : count(edges.length, "pair")),
      el("thead", {}, el("tr", {}, ["Supplier", "Recipient", "Allegations", "Contested", "Independent origins"].map((c, n) => el("th", { scope: "col", class: n > 1 ? "number" : null }, c)))),
      el("tbody", {}, edges.slice(0, MOST_ROWS).map((edge) => el("tr", {}, el("td", { dir: "auto" }, nodeName(edge.from)), el("td", { dir: "auto" }, nodeName(edge.to)),
        el("td", { class: "number" }, el("a", { class: "open", href: narrowedTo(edge, filters), "aria-label": `${edge.allegations.toLocaleString("en")}: ${told(edge)}` }, edge.allegations.toLocaleString("en"))), cell(edge.contested), cell(edge.origins.size))))));
}

function diagramOf(edges, filters) {
  const names = [...new Set(edges.flatMap((e) => [e.from, e.to]))];
  const nodes = names.map((id) => ({ id, weight: edges.filter((e) => e.from === id || e.to === id).reduce((n, e) => n + e.allegations, 0) }));
  const links = edges.map((edge) => ({ ...edge, edge, source: edge.from, target: edge.to }));
  const radius = drawing.scaleSqrt([0, Math.max(...nodes.map((n) => n.weight))], [4, 22]);
  const simulation = drawing.forceSimulation(nodes)
    .force("link", drawing.forceLink(links).id((n) => n.id).distance(150).strength(0.25))
    .force("charge", drawing.forceManyBody().strength(-700).distanceMax(500))
    .force("apart", drawing.forceCollide((n) => radius(n.weight) + 26))
    .force("x", drawing.forceX(0).strength(0.06)).force("y", drawing.forceY(0).strength(0.12)).stop();
  simulation.tick(300);
  const widest = Math.max(1, ...edges.map((e) => e.origins.size));
  const width = (edge) => 1.2 + (6 * edge.origins.size) / Math.max(widest, 4);
  const canvas = svg("g", {},
    links.map((link) => edgeMark(link, width(link.edge), radius, filters)),
    nodes.map((node) => svg("g", { class: "node", transform: `translate(${node.x},${node.y})` },
      svg("title", {}, nodeName(node.id)),
      index.actors[node.id]?.kind === "state" ? svg("circle", { r: radius(node.weight) }) : svg("rect", { x: -radius(node.weight), y: -radius(node.weight), width: 2 * radius(node.weight), height: 2 * radius(node.weight), rx: 2 }),
      svg("text", { y: radius(node.weight) + 14 }, nodeName(node.id).slice(0, 32)))));
  const picture = svg("svg", { class: "network", role: "group", "aria-label": `Network of ${count(nodes.length, "actor")} and ${count(edges.length, "pair")}; the table below says the same`, viewBox: fitted(nodes) }, arrowHead("edge-arrow"), canvas);
  return el("div", { class: "drawing" }, zooming(picture, canvas), picture, el("p", { class: "legend muted" }, "Circle: state. Square: any other actor. Unbroken: not contested. Broken: contested."));
}

/** A view box around all nodes and their names, of the page's proportions at least. */
function fitted(nodes) {
  const [x, y] = [nodes.map((n) => n.x), nodes.map((n) => n.y)];
  const [left, right, top, bottom] = [Math.min(...x) - 90, Math.max(...x) + 90, Math.min(...y) - 50, Math.max(...y) + 60];
  const scale = Math.max((right - left) / WIDTH, (bottom - top) / HEIGHT, 0.75);
  const [w, h] = [WIDTH * scale, HEIGHT * scale];
  return `${(left + right - w) / 2} ${(top + bottom - h) / 2} ${w} ${h}`;
}

function edgeMark({ edge, source, target }, width, radius, filters) {
  const label = (x, y) => svg("text", { class: "figure", x, y }, String(edge.allegations));
  const shape = (d) => svg("path", { class: `edge ${edge.contested ? "contested" : ""}`, d, "stroke-width": width, "marker-end": "url(#edge-arrow)" });
  const link = (...parts) => svg("a", { href: narrowedTo(edge, filters), "aria-label": told(edge) }, svg("title", {}, told(edge)), parts);
  if (source === target) {
    const r = radius(source.weight);
    const { x, y } = source;
    return link(shape(`M${x - r},${y - 2}C${x - r - 34},${y - r - 46} ${x + r + 34},${y - r - 46} ${x + r},${y - 2}`), label(x, y - r - 28));
  }
  const [dx, dy] = [target.x - source.x, target.y - source.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const bend = 18;
  const [mx, my] = [(source.x + target.x) / 2 - uy * bend, (source.y + target.y) / 2 + ux * bend];
  const from = radius(source.weight) + 1;
  const to = radius(target.weight) + 3;
  return link(shape(`M${source.x + ux * from},${source.y + uy * from}Q${mx},${my} ${target.x - ux * to},${target.y - uy * to}`), label(mx + uy * bend * 0.4, my - ux * bend * 0.4));
}

/** Moves and zooms a drawing by pointer; the buttons do it by keyboard. The wheel alone scrolls the page. */
export function zooming(picture, canvas) {
  const behaviour = drawing.zoom().scaleExtent([0.3, 8])
    .filter((event) => !event.button && (event.type !== "wheel" || event.ctrlKey))
    .on("zoom", (event) => canvas.setAttribute("transform", event.transform.toString()));
  const selection = drawing.select(picture).call(behaviour).on("dblclick.zoom", null);
  const button = (label, words, click) => el("button", { type: "button", "aria-label": words, title: words, click }, label);
  return el("div", { class: "zoom" },
    button("+", "Zoom in", () => behaviour.scaleBy(selection, 1.4)), button("−", "Zoom out", () => behaviour.scaleBy(selection, 1 / 1.4)),
    button("Reset", "Reset: show all", () => behaviour.transform(selection, drawing.zoomIdentity)));
}
