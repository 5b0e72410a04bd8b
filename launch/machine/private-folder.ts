import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";

/** Longest path of a unix socket on Linux, without its final zero byte (macOS: 103). */
const LONGEST_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

/** Room that ranks need for the names of their sockets in the folder. */
const SOCKET_NAME = 24;

/** Makes a folder that only this user can enter, with a path short enough for unix sockets. */
export function makePrivateFolder(): string {
	const wanted = join(tmpdir(), "tsmpi-");
	const short = wanted.length + 6 + SOCKET_NAME <= LONGEST_SOCKET_PATH ? wanted : "/tmp/tsmpi-";
	try {
		return mkdtempSync(short);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new LaunchError(`Cannot make a folder for the job in TMPDIR (${tmpdir()}): ${why}`, 1, { cause });
	}
}
