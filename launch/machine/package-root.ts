import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** tsmpi's own folder, in which package.json is: found upwards, for bundled and single files lie at other depths. */
export function packageRoot(): string {
	const own = dirname(fileURLToPath(import.meta.url));
	for (let folder = own; ; folder = dirname(folder)) {
		if (existsSync(join(folder, "package.json"))) return folder;
		if (dirname(folder) === folder) return own;
	}
}

/** tsmpi's version. */
export function ownVersion(): string {
	const { version } = ownManifest();
	return typeof version === "string" ? version : "unknown";
}

/** The file of a program that tsmpi brings along: a name under `bin` in its package.json. */
export function ownProgram(name: string): string | undefined {
	const { bin } = ownManifest();
	const file = typeof bin === "object" && bin !== null ? new Map(Object.entries(bin)).get(name) : undefined;
	return typeof file === "string" ? join(packageRoot(), file) : undefined;
}

function ownManifest(): { readonly version?: unknown; readonly bin?: unknown } {
	try {
		const content: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
		if (typeof content === "object" && content !== null) return content;
	} catch {
		// Somebody has taken the file away.
	}
	return {};
}
