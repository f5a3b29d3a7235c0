// Bundles graph.js into dist/graph.js, with the licence of every package that went into it as a comment in front.
import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const options = { entryPoints: ["graph.js"], bundle: true, minify: true, format: "iife", globalName: "drawing", target: "es2022", legalComments: "none" };
const { metafile } = await build({ ...options, write: false, metafile: true });
const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => file.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []));
const licences = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} ${version}: no licence file in the package`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}`;
});
await build({ ...options, banner: { js: `/*!\n${licences.join("\n\n---\n\n").replaceAll("*/", "* /")}\n*/` }, outfile: "dist/graph.js" });
