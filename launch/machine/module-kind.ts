import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";

/** What V8 says to a script that is written as an ES module. */
const MODULE_SYNTAX =
	/^(Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta')/;

/**
 * Why Node cannot run a .js file as it stands, and what to do; undefined where it can. `npm init` makes packages of
 * CommonJS, in which Node refuses the program that every page of documentation begins with, at each rank and with a
 * stack trace.
 */
export function wrongModuleKind(file: string): string | undefined {
	const text = readText(file);
	if (text === undefined || !/^\s*(import|export)\b/m.test(text)) return undefined;
	const manifest = nearestManifest(file);
	if (manifest === undefined || packageType(manifest) !== "commonjs" || !isModule(text)) return undefined;
	const renamed = basename(file).replace(/\.js$/, ".mjs");
	return `it is an ES module, but ${manifest} says "type": "commonjs"; rename it to ${renamed}, or write "type": "module" there`;
}

function readText(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		// Node itself tells what is wrong with it.
		return undefined;
	}
}

/** The package.json that Node goes by. */
function nearestManifest(file: string): string | undefined {
	let folder = dirname(realpathSync(file));
	for (;;) {
		const manifest = join(folder, "package.json");
		if (existsSync(manifest)) return manifest;
		if (dirname(folder) === folder) return undefined;
		folder = dirname(folder);
	}
}

/** Undefined where it says nothing: then Node looks at the syntax of each file. */
function packageType(manifest: string): unknown {
	try {
		const content: unknown = JSON.parse(readFileSync(manifest, "utf8"));
		return typeof content === "object" && content !== null && "type" in content ? content.type : undefined;
	} catch {
		return undefined;
	}
}

/** The parser decides: the word alone may stand in a text or a comment. */
function isModule(text: string): boolean {
	try {
		new Script(text.replace(/^#!.*/, ""));
		return false;
	} catch (error) {
		return error instanceof SyntaxError && MODULE_SYNTAX.test(error.message);
	}
}
