import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import test from "ava";
import { pack, ROOT, run, temporaryFolder } from "./consumer.ts";

const { folder, remove } = temporaryFolder();
test.after.always(remove);
let shipped: readonly string[] = [];
test.before(async () => {
	const { stdout } = await run(folder, "tar", "-tzf", await pack(folder));
	shipped = stdout
		.trim()
		.split("\n")
		.map((name) => name.replace(/^package\//, ""));
});

/** Started by their path, as a process or thread of their own, or read as a file. */
const BY_PATH = [
	"dist/launch/agent/main.js",
	"dist/launch/rendezvous/main.js",
	"dist/src/llama/engine/node-llama-cpp/host/main.js",
	"dist/src/llama/page/inlined/gateway.css",
	"dist/src/llama/page/inlined/gateway.js",
	"dist/src/llama/page/inlined/report.css",
	"dist/src/llama/page/inlined/report.js",
];
const DOCUMENTS =
	/^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^LICENSE$|^package\.json$|^hostfile$|^(examples|docs)\/|^bench\/[^/]+\.(md|png)$/;

/** Every path that package.json names under a key. */
function pathsOf(value: unknown): string[] {
	if (typeof value === "string") return [normalize(value)];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsOf) : [];
}

test("every file that is shipped runs, is a type that users see, or documents", (t) => {
	const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
	const reached = new Set([...pathsOf(manifest.exports), ...pathsOf(manifest.bin), ...BY_PATH]);
	// A set is walked in the order of insertion, what is added meanwhile included.
	for (const file of reached) {
		t.true(shipped.includes(file), `${file} is needed and not shipped`);
		if (!/\.(js|ts)$/.test(file) || file.includes("/inlined/")) continue;
		const imports = readFileSync(join(ROOT, file), "utf8").matchAll(/(?:from |import ?\(?)"(\.[^"]+)"/g);
		for (const [, path = ""] of imports) {
			const found = join(dirname(file), path);
			reached.add(file.endsWith(".d.ts") ? found.replace(/\.[jt]s$/, ".d.ts") : found);
		}
	}
	const dead = shipped.filter((file) => !reached.has(file) && !DOCUMENTS.test(file));
	t.deepEqual(dead, []);
});

test("links in what is shipped lead to what is shipped", (t) => {
	for (const page of shipped.filter((file) => file.endsWith(".md"))) {
		const links = readFileSync(join(ROOT, page), "utf8").matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g);
		for (const [, link = ""] of links) {
			const target = join(dirname(page), link);
			const found = shipped.some(
				(file) => file === target || file.startsWith(`${target.replace(/\/$/, "")}/`),
			);
			t.true(found, `${page} links to ${link}, which is not shipped`);
		}
	}
});

test("the shipped graph has each class of errors once", async (t) => {
	const bundle = shipped.filter((file) => file.endsWith(".js") && file.startsWith("dist/"));
	const texts = bundle.map((file) => readFileSync(join(ROOT, file), "utf8"));
	for (const name of ["TsmpiError", "MpiError", "LaunchError", "EngineError", "JobError"]) {
		// esbuild writes `var Name = class extends`, with a number behind the name of a second one.
		const pattern = new RegExp(`\\b${name}\\d* = class\\b.* extends |\\bclass ${name}\\d* extends `, "g");
		const homes = texts.flatMap((text) => text.match(pattern) ?? []);
		t.is(homes.length, 1, name);
	}
	// From outside the package's own files, as users do.
	const [mpi, llama] = await Promise.all(["tsmpi", "tsmpi/llama"].map((name) => import(name)));
	t.true(new llama.JobError("text") instanceof mpi.TsmpiError);
	t.true(new llama.EngineError("ERR_MODEL", "text") instanceof mpi.TsmpiError);
});
