import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where tsmpi keeps what it has made for a user: models, builds. */
export function cacheFolder(): string {
	const configured = process.env.XDG_CACHE_HOME;
	// The XDG specification: a relative path is to be ignored.
	const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), ".cache");
	return join(base, "tsmpi");
}
