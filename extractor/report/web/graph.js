// What the page's drawings are made with; esbuild bundles it into dist/graph.js as the global `drawing`.
export { graphlib, layout } from "@dagrejs/dagre";
export { axisBottom } from "d3-axis";
export { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
export { scaleSqrt, scaleUtc } from "d3-scale";
export { select } from "d3-selection";
export { zoom, zoomIdentity } from "d3-zoom";
