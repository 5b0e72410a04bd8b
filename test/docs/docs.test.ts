import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import * as tsmpi from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import * as pool from "../../src/pool/index.ts";

/** The project's folder, as seen from dist/test/docs. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PAGES = readdirSync(join(ROOT, "docs"))
	.filter((name) => name.endsWith(".md"))
	.map((name) => `docs/${name}`);
/** What readers are told of the project as it is now. */
const DOCUMENTS = ["README.md", ...PAGES];
const ALL = [...DOCUMENTS, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

const read = (document: string) => readFileSync(join(ROOT, document), "utf8");

/** Runs a program of the project with Node. */
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });

const BLOCK = /^```(\w*)\n(.*?)^```$/gms;
const withoutBlocks = (text: string) => text.replace(BLOCK, "");
const blocks = (text: string, ...languages: string[]) =>
	[...text.matchAll(BLOCK)].flatMap(([, language = "", code = ""]) =>
		languages.includes(language) ? [code] : [],
	);

/** The anchors that GitHub gives to headings. */
function anchors(text: string): Set<string> {
	const found = new Set<string>();
	for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#+ (.*)$/gm)) {
		const slug = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-");
		let name = slug;
		for (let again = 1; found.has(name); again++) name = `${slug}-${again}`;
		found.add(name);
	}
	return found;
}

for (const document of ALL) {
	test(`every relative link of ${document} leads somewhere`, (t) => {
		const dead = [...withoutBlocks(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
			if (/^[a-z]+:/.test(link)) return [];
			const [path = "", anchor] = link.split("#");
			const target = path === "" ? document : join(dirname(document), path);
			if (!existsSync(join(ROOT, target))) return [link];
			return anchor === undefined || anchors(read(target)).has(anchor) ? [] : [link];
		});
		t.deepEqual(dead, []);
	});
}

for (const document of ALL.filter((name) => name !== "CHANGELOG.md")) {
	test(`every file that ${document} names is there`, (t) => {
		const named =
			read(document).match(/(?<![\w./-])(?:src|launch|test|bench|examples|docs)\/[\w./-]*\w/g) ?? [];
		const missing = named.filter((path) => !existsSync(join(ROOT, path)));
		t.deepEqual([...new Set(missing)], []);
	});
}

test("README.md has at most 200 lines, and the two commands", (t) => {
	const text = read("README.md");
	t.true(text.split("\n").length <= 201);
	t.regex(text, /^npm install && npx tsmpirun -np 2 examples\/llama_sched\.js\b/m);
	t.regex(text, /^npm install && npm test\b/m);
});

/** Options of other programs than ours. */
const OTHERS = new Set([
	...["--save-dev", "--flash-attn", "--from-file", "--check", "--pdeathsig", "--import"],
	// Slurm's.
	...["--nodes", "--ntasks-per-node", "--gpus-per-task", "--gpus-per-node", "--gres", "--gpus", "--signal"],
]);

test("every option that the documents name is one", (t) => {
	const help = [
		run("dist/launch/cli.js", "--help"),
		run("examples/llama_sched.js", "--help"),
		run("examples/llama_load.js", "--help"),
		run("examples/llama_serve.js", "--help"),
		run("dist/src/llama/build-server/main.js", "--help"),
	].map(({ stdout }) => stdout);
	const names = /(?<![\w-])--[a-z][a-z-]*/g;
	const known = new Set(help.flatMap((text) => text.match(names) ?? []));
	t.true(known.size > 70);
	for (const document of DOCUMENTS) {
		const unknown = (read(document).match(names) ?? []).filter(
			(name) => !known.has(name) && !OTHERS.has(name),
		);
		t.deepEqual([...new Set(unknown)], [], document);
	}
});

test("every option of the programs is in the documents", (t) => {
	const text = DOCUMENTS.map(read).join("\n");
	const programs = ["examples/llama_sched.js", "examples/llama_load.js", "examples/llama_serve.js"];
	const help = programs.map((program) => run(program, "--help").stdout).join("");
	const names = [...help.matchAll(/^ +(?:-\w, )*(--[a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
	t.true(names.length > 30);
	t.deepEqual(
		names.filter((name) => !text.includes(`\`${name}`) && !text.includes(`${name} `)),
		[],
	);
});

test("every name that the examples in the documents import is exported", (t) => {
	const modules: Readonly<Record<string, object>> = { tsmpi, "tsmpi/llama": llama, "tsmpi/pool": pool };
	let imports = 0;
	for (const document of DOCUMENTS) {
		const code = blocks(read(document), "js", "ts", "sh").join("\n");
		for (const [, names = "", from = ""] of code.matchAll(/import \{([^}]*)\} from "(tsmpi[^"]*)"/g)) {
			imports++;
			const missing = names
				.split(",")
				.map((name) => name.trim())
				.filter((name) => !(name in (modules[from] ?? {})));
			t.deepEqual(missing, [], `${document}: ${from}`);
		}
	}
	t.true(imports > 5);
});

test("the pieces of tsmpi/llama that docs/programs.md lists are exported", (t) => {
	const [, table = ""] = read("docs/programs.md").split("| piece | what it is |\n| --- | --- |\n");
	const cells = table.split("\n").map((line) => line.split("|")[1] ?? "");
	const names = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
	t.true(names.length > 10);
	t.deepEqual(
		names.filter((name) => !(name in llama)),
		[],
	);
});

test("the tables and help texts of the documents are up to date", (t) => {
	const { status, stderr } = run("bench/documents.js", "--check");
	t.deepEqual({ status, stderr }, { status: 0, stderr: "" });
});
