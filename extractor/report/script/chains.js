// The way from each outlet to the origin of what it carries, drawn from left to right.

import { el, joined, svg } from "./dom.js";
import { records } from "./data.js";
import { arrowHead, canDraw, twoLines } from "./figures.js";
import { articleLink, articleName, count, originName, sourceName } from "./words.js";

const WIDTH = 190;
const MOST = 60;

export function chainsOf(allegation) {
  const { chains } = allegation.corroboration;
  const drawn = canDraw() && chains.length <= MOST;
  const list = el("ol", {}, chains.map(told));
  return [
    drawn ? diagram(chains) : null,
    drawn ? el("details", {}, el("summary", {}, `The same in words: ${count(chains.length, "chain")}`), list) : list,
  ];
}

function told(chain) {
  const article = records("articles").get(chain.article_id);
  const root = chain.origins.length ? el("strong", {}, chain.origins.map(originName).join(", ")) : el("em", {}, "no independent origin");
  return el("li", {}, joined([articleLink(article, outletName(chain)), ...chain.sources.map((id) => el("span", { dir: "auto" }, sourceName(id))), root], " → "),
    el("span", { class: "muted" }, ` (${chain.rule})`));
}

function outletName(chain) {
  return chain.outlet ?? `outlet unknown: ${articleName(records("articles").get(chain.article_id))}`;
}

/** Nodes by id, and which leads to which. An agency stands between the outlet that prints its copy and the source. */
function links(chains) {
  const nodes = new Map();
  const edges = new Map();
  const node = (id, kind, name) => {
    nodes.set(id, { kind, name });
    return id;
  };
  for (const chain of chains) {
    const way = [node(`outlet ${outletName(chain)}`, "outlet", outletName(chain))];
    if (chain.agency && chain.agency !== chain.outlet) way.push(node(`agency ${chain.agency}`, "agency", chain.agency));
    way.push(...chain.sources.map((id) => node(`source ${id}`, "source", sourceName(id))));
    const ends = chain.origins.length ? chain.origins.map((id) => node(`origin ${id}`, "origin", originName(id))) : [node(`none ${chain.rule}`, "none", chain.rule)];
    way.slice(1).forEach((to, n) => edges.set(`${way[n]}\n${to}`, [way[n], to]));
    for (const end of ends) edges.set(`${way.at(-1)}\n${end}`, [way.at(-1), end]);
  }
  return { nodes, edges: [...edges.values()].filter(([a, b]) => a !== b) };
}

function diagram(chains) {
  const { nodes, edges } = links(chains);
  const graph = new drawing.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 14, ranksep: 48, marginx: 4, marginy: 4 }).setDefaultEdgeLabel(() => ({}));
  for (const [id, node] of nodes) {
    const lines = twoLines(node.name, 25);
    graph.setNode(id, { ...node, lines, width: WIDTH, height: 30 + 16 * lines.length });
  }
  for (const [from, to] of edges) graph.setEdge(from, to);
  drawing.layout(graph);
  const { width, height } = graph.graph();
  const picture = svg("svg", { class: "chains", role: "img", "aria-label": `${count(chains.length, "chain")} from outlets to origins; told in words below`, viewBox: `0 0 ${width} ${height}`, width, height },
    arrowHead("chain-arrow"),
    graph.edges().map((edge) => svg("path", { class: "edge", d: curve(graph.edge(edge).points), "marker-end": "url(#chain-arrow)" })),
    graph.nodes().map((id) => chainNode(graph.node(id))));
  return el("div", { class: "scroll drawing", tabindex: "0", role: "region", "aria-label": "Chains, drawn" }, picture);
}

function chainNode({ x, y, width, height, kind, name, lines }) {
  const label = { outlet: "outlet", agency: "agency", source: "source", origin: "independent origin", none: "no independent origin" }[kind];
  return svg("g", { class: `node ${kind}`, transform: `translate(${x - width / 2},${y - height / 2})` },
    svg("title", {}, name),
    svg("rect", { width, height, rx: kind === "source" ? 14 : 3 }),
    svg("text", { class: "kind", x: width / 2, y: 16 }, label),
    lines.map((line, n) => svg("text", { x: width / 2, y: 33 + 16 * n }, line)));
}

function curve(points) {
  const [first, last] = [points[0], points.at(-1)];
  const middle = (first.x + last.x) / 2;
  if (points.length <= 3) return `M${first.x},${first.y}C${middle},${first.y} ${middle},${last.y} ${last.x},${last.y}`;
  return `M${points.map((p) => `${p.x},${p.y}`).join("L")}`;
}
