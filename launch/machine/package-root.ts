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
	try {
		const content: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
		if (typeof content === "object" && content !== null && "version" in content) return `${content.version}`;
	} catch {
		// Somebody has taken the file away.
	}
	return "unknown";
}
