import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { LIMIT_MS, MANAGERS, makeProject, pack, run, temporaryFolder, typeCheck } from "./consumer.ts";

const BODY = `
	const { world } = await init();
	const sum = await world.allreduce(world.rank + 1, { op: SUM });
	if (world.rank === 0) console.log("sum " + sum + " of " + world.size);
`;
const PROGRAMS = {
	"hello.mjs": `import { init, SUM } from "tsmpi";\n${BODY}`,
	"hello.cjs": `const { init, SUM } = require("tsmpi");\nasync function main() {${BODY}}\nmain();\n`,
	"later.js": `async function main() {\n\tconst { init, SUM } = await import("tsmpi");${BODY}}\nmain();\n`,
	"hello.js": `import { init, SUM } from "tsmpi";\n${BODY}`,
	"hello.mts": `import { init, SUM } from "tsmpi";\n${BODY.replace("const sum", "const sum: number")}`,
	"llama.mts": `import { parseOptions } from "tsmpi/llama";\nimport { openPool } from "tsmpi/pool";
export const policy: string = parseOptions([], "prog").policy;\nexport const open: typeof openPool = openPool;\n`,
};

const { folder, remove } = temporaryFolder();
test.after.always(remove);
let tarball = "";
test.before(async () => {
	tarball = await pack(folder);
});

/** An empty project with the package in it, and the programs above. */
async function install(manager: (typeof MANAGERS)[number]): Promise<string> {
	const project = join(folder, manager.name);
	makeProject(project);
	const { code, stdout, stderr } = await manager.install(project, tarball);
	if (code !== 0) throw new Error(`Cannot install with ${manager.name}: ${stdout}\n${stderr}`);
	for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(project, name), text);
	return project;
}

for (const manager of MANAGERS) {
	test.serial(
		`installed by ${manager.name} in a package of CommonJS, programs of every kind run`,
		async (t) => {
			t.timeout(LIMIT_MS * 2);
			const project = await install(manager);
			for (const program of ["hello.mjs", "hello.cjs", "later.js"]) {
				const { code, stdout, stderr } = await manager.exec(project, "tsmpirun", "-np", "2", program);
				t.is(stderr, "", program);
				t.is(stdout, "sum 3 of 2\n", program);
				t.is(code, 0, program);
			}
			t.is((await run(project, process.execPath, "hello.mjs")).stdout, "sum 1 of 1\n", "without tsmpirun");

			const refused = await manager.exec(project, "tsmpirun", "-np", "2", "hello.js");
			t.is(refused.stdout, "");
			t.regex(
				refused.stderr,
				/^tsmpirun: Cannot run hello\.js: it is an ES module, but .*; rename it to hello\.mjs, or /,
			);

			const batch = await manager.exec(project, "tsmpirun", "-np", "2", "tsmpi-batch", "--help");
			t.regex(batch.stdout, /^Usage: tsmpirun -np N /);
			const build = await manager.exec(project, "tsmpi-build-llama-server", "--help");
			t.regex(build.stdout, /^Usage: /);
		},
	);
}

for (const [module, moduleResolution] of [
	["nodenext", "nodenext"],
	["esnext", "bundler"],
] as const) {
	test.serial(`the types hold by themselves, without @types/node, with ${moduleResolution}`, async (t) => {
		t.timeout(LIMIT_MS);
		// Installed by the first test above.
		const project = join(folder, "npm");
		const { code, stdout } = await typeCheck(
			project,
			...["--module", module, "--moduleResolution", moduleResolution, "--target", "es2023", "--strict"],
			...["--skipLibCheck", "false", "--types", "", "--outDir", `out-${moduleResolution}`],
			"hello.mts",
			"llama.mts",
		);
		t.is(stdout, "");
		t.is(code, 0);
		const program = `out-${moduleResolution}/hello.mjs`;
		t.is((await run(project, "npx", "--no-install", "tsmpirun", "-np", "2", program)).stdout, "sum 3 of 2\n");
	});
}
