// Writes what documents take from elsewhere: tables from bench/RESULTS.md and from the code, and what --help prints. A document marks the
// place by <!-- table NAME --> or <!-- help NAME -->, and <!-- end -->; what stands between them is replaced. Build first.
//   node bench/documents.js             writes
//   node bench/documents.js --check     writes nothing; exit code 1 if a document is not up to date
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.js";
import { TABLES } from "./tables.js";

/** @type {{ fieldRows: () => readonly (readonly string[])[] }} */
const { fieldRows } = await import(
	new URL("../dist/src/llama/openai/request/fields/field-rows.js", import.meta.url).href
);

/** Commands whose help is shown. @type {Readonly<Record<string, readonly string[]>>} */
const HELP = {
	tsmpirun: ["dist/launch/cli.js", "--help"],
	"build-llama-server": ["dist/src/llama/build-server/main.js", "--help"],
	llama_sched: ["examples/llama_sched.js", "--help"],
};

/** As Markdown. @param {readonly (readonly (string | number)[])[]} rows */
function markdown([head = [], ...rows]) {
	const lines = [head, head.map(() => "---"), ...rows];
	return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** What stands for a mark. @param {string} kind @param {string} name */
function content(kind, name) {
	if (kind === "table") return markdown(known({ ...TABLES, "request-fields": fieldRows }, name)());
	const text = execFileSync(process.execPath, known(HELP, name), { cwd: ROOT, encoding: "utf8" });
	return `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
}

/** @template T @param {Readonly<Record<string, T>>} all @param {string} name @returns {T} */
function known(all, name) {
	const found = all[name];
	if (found !== undefined) return found;
	throw new Error(`Unknown name ${name} in a mark: there are ${Object.keys(all).join(", ")}`);
}

const check = process.argv.includes("--check");
const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
for (const document of ["README.md", ...pages.map((name) => join("docs", name))]) {
	const path = join(ROOT, document);
	const before = readFileSync(path, "utf8");
	const after = before.replace(
		/(<!-- (table|help) (\S+) -->\n).*?(<!-- end -->)/gs,
		(_, begin, kind, name, end) => `${begin}${content(kind, name)}${end}`,
	);
	if (after === before) continue;
	if (check) {
		console.error(`${document} is not up to date: run node bench/documents.js`);
		process.exitCode = 1;
	} else writeFileSync(path, after);
}
