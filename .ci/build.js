// Makes what the package ships out of what tsc has compiled, file for file, into dist/:
//   node .ci/build.js [--sourcemap]
// One module graph for the library and all programs: every entry point imports its part of it from shared chunks, so
// that each module, and each class of errors, exists once. A start of a job loads a dozen files instead of a hundred.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

await build({
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
	// The names of classes are seen: in stacks of errors, and where values are printed.
	keepNames: true,
	platform: "node",
	target: "node20.19",
	packages: "external",
	// For coverage. They are not shipped.
	sourcemap: process.argv.includes("--sourcemap"),
	logLevel: "warning",
});

// The script and the style that --html puts into its page.
await build({
	entryPoints: ["src/llama/report/page/main.ts", "src/llama/report/page/style.css"],
	outdir: "dist/src/llama/report/inlined",
	bundle: true,
	minify: true,
	format: "iife",
	logLevel: "warning",
});

for (const file of BINS) chmodSync(`dist/${file}.js`, 0o755);
dropTypes(reachableTypes(Object.keys(LIBRARY).map((file) => `dist/${file}.d.ts`)));

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
