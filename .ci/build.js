// Makes what the package ships out of what tsc has compiled, file for file, into dist/:
//   node .ci/build.js [--sourcemap]
// One module graph for the library and all programs: every entry point imports its part of it from shared chunks, so
// that each module, and each class of errors, exists once. A start of a job loads a dozen files instead of a hundred.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** What users import. Unit tests import the single files, so the bundle stands beside them. */
const LIBRARY = { "src/index": "index", "src/llama/index": "llama", "src/pool/index": "pool" };

/** What runs as a process or thread of its own. Nothing imports these, so the bundle takes their place. */
const PROGRAMS = [
	"launch/cli",
	"launch/agent/main",
	"launch/rendezvous/main",
	"src/llama/engine/node-llama-cpp/host/main",
	"src/llama/build-server/main",
];

const BINS = ["launch/cli", "src/llama/build-server/main"];

const { outputFiles } = await build({
	entryPoints: [
		...Object.entries(LIBRARY).map(([file, name]) => ({ in: `dist/${file}.js`, out: `src/bundle/${name}` })),
		...PROGRAMS.map((file) => ({ in: `dist/${file}.js`, out: file })),
	],
	outdir: "dist",
	chunkNames: "src/bundle/chunks/[name]-[hash]",
	allowOverwrite: true,
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20.19",
	packages: "external",
	// For coverage. They are not shipped.
	sourcemap: process.argv.includes("--sourcemap"),
	logLevel: "warning",
	write: false,
});
for (const { path, text } of outputFiles) {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, path.endsWith(".js") ? withClassNames(text) : text);
}

// The scripts and the styles that stand in the page of --html and in the gateway's.
await build({
	entryPoints: ["report", "gateway"].flatMap((page) =>
		["main.ts", "style.css"].map((file) => ({ in: `src/llama/${page}/page/${file}`, out: page })),
	),
	outdir: "dist/src/llama/page/inlined",
	bundle: true,
	minify: true,
	format: "iife",
	logLevel: "warning",
});

for (const file of BINS) chmodSync(`dist/${file}.js`, 0o755);
dropTypes(reachableTypes(Object.keys(LIBRARY).map((file) => `dist/${file}.d.ts`)));

/**
 * Gives classes back their names, which users see in errors: esbuild writes `var Batch = class _Batch` where a class
 * names itself. (Its `keepNames` would also name every closure anew each time it is made.)
 *
 * @param {string} text
 */
function withClassNames(text) {
	const renamed = [...text.matchAll(/\bvar (\w+) = class _\1\b/g)].map(([, name = ""]) => name);
	return renamed.reduce((code, name) => code.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), name), text);
}

/**
 * The declaration files that these ones need.
 *
 * @param {readonly string[]} entries
 */
function reachableTypes(entries) {
	const reached = new Set(entries);
	// A set is walked in the order of insertion, what is added meanwhile included.
	for (const file of reached) {
		for (const [, name = ""] of readFileSync(file, "utf8").matchAll(
			/(?:from |import\()"(\.[^"]+)\.[jt]s"/g,
		)) {
			const path = `${join(dirname(file), name)}.d.ts`;
			if (!existsSync(path)) throw new Error(`${file} needs ${path}, which tsc has not written`);
			reached.add(path);
		}
	}
	return reached;
}

/** @param {ReadonlySet<string>} kept */
function dropTypes(kept) {
	for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
		const path = join("dist", file);
		if (path.endsWith(".d.ts") && !kept.has(path)) rmSync(path);
	}
}
