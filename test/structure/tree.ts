import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** Every TypeScript file under a folder, from the project's root. */
export function sourceFiles(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".ts"))
		.map((name) => join(folder, name))
		.sort();
}

export function textOf(file: string): string {
	return readFileSync(join(ROOT, file), "utf8");
}

/** The files of ours that a file imports, types and dynamic imports included. */
export function importsOf(file: string): string[] {
	const pattern = /(?:\bfrom\s|\bimport\s*\(?)\s*"(\.[^"]+\.ts)"/g;
	return [...textOf(file).matchAll(pattern)].map(([, path = ""]) =>
		relative(ROOT, join(ROOT, dirname(file), path)),
	);
}

/** A cycle in a graph, its first node repeated at the end; undefined if there is none. */
export function findCycle(graph: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
	const done = new Set<string>();
	const path: string[] = [];
	const visit = (node: string): string[] | undefined => {
		const at = path.indexOf(node);
		if (at >= 0) return [...path.slice(at), node];
		if (done.has(node)) return undefined;
		path.push(node);
		for (const next of graph.get(node) ?? []) {
			const cycle = visit(next);
			if (cycle !== undefined) return cycle;
		}
		path.pop();
		done.add(node);
		return undefined;
	};
	for (const node of graph.keys()) {
		const cycle = visit(node);
		if (cycle !== undefined) return cycle;
	}
	return undefined;
}
