import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "ava";
import { findCycle, importsOf, ROOT, sourceFiles, textOf } from "./tree.ts";

const MOST_FILES = 15;
const MOST_LINES = 300;
const MEDIAN_LINES = 70;

const FILES = [...sourceFiles("src"), ...sourceFiles("launch")];
const FOLDERS = [...new Set(FILES.map((file) => dirname(file)))];

function linesOf(file: string): number {
	return textOf(file).split("\n").length - 1;
}

/**
 * What a file counts as where folders are compared. The files that lie in src, src/llama and launch themselves stand
 * above or below the folders beside them (index, errors, cli), so each of them is a node of its own.
 */
function folderOf(file: string): string {
	const folder = dirname(file);
	return ["src", "src/llama", "launch"].includes(folder) ? file : folder;
}

test("no folder has more files of its own than one can overlook", (t) => {
	// One file for each collective operation, whose names are those of MPI.
	for (const folder of FOLDERS.filter((name) => name !== "src/collectives")) {
		const own = FILES.filter((file) => dirname(file) === folder);
		t.true(
			own.length <= MOST_FILES,
			`${folder} has ${own.length} files, and at most ${MOST_FILES} are allowed`,
		);
	}
});

test("files are short", (t) => {
	const lengths = FILES.map(linesOf);
	for (const [i, length] of lengths.entries()) {
		t.true(length <= MOST_LINES, `${FILES[i]} has ${length} lines, and at most ${MOST_LINES} are allowed`);
	}
	const median = lengths.sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
	t.true(median <= MEDIAN_LINES, `the median is ${median} lines, and at most ${MEDIAN_LINES} are allowed`);
});

test("files do not import each other in a circle, for types neither", (t) => {
	t.is(findCycle(new Map(FILES.map((file) => [file, importsOf(file)])))?.join(" -> "), undefined);
});

test("folders do not import each other in a circle", (t) => {
	const graph = new Map<string, Set<string>>();
	for (const file of FILES) {
		const folder = folderOf(file);
		const edges = graph.get(folder) ?? new Set();
		graph.set(folder, edges);
		for (const other of importsOf(file).map(folderOf)) if (other !== folder) edges.add(other);
	}
	t.is(findCycle(graph)?.join(" -> "), undefined);
});

test("a test lies where its production file does", (t) => {
	// Topics that are no folder of src or launch: what many parts do together, and the project itself.
	const topics = ["faults", "hosts", "launch/programs", "memory", "package", "random", "ranks", "structure"];
	const helpers = ["support", "programs", "lab"];
	const tests = sourceFiles("test").map((file) => dirname(file).replace(/^test\/?/, ""));
	for (const folder of new Set(tests)) {
		const isTopic = topics.some((topic) => folder === topic || folder.startsWith(`${topic}/`));
		if (folder === "" || folder === "types" || isTopic || helpers.includes(basename(folder))) continue;
		// The session is two files in src itself.
		const mirrored = [`src/${folder}`, folder, `src/${folder}.ts`].some((path) =>
			existsSync(join(ROOT, path)),
		);
		t.true(mirrored, `test/${folder} has tests, but there is neither src/${folder} nor ${folder}`);
	}
});

test("the root has nothing without a reason", (t) => {
	const known = [
		...["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "package.json"],
		...["package-lock.json", "tsconfig.json", "biome.json", "hostfile", ".gitignore", ".ci"],
		...["src", "launch", "examples", "docs", "test", "bench"],
		// Not in the repository.
		...[".git", "node_modules", "dist", "coverage"],
	];
	t.deepEqual(
		readdirSync(ROOT).filter((name) => !known.includes(name)),
		[],
	);
});
