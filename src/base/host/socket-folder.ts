import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Longest path of a unix socket, without its final zero byte: Linux has 107 bytes for it, macOS 103. */
const LONGEST_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

/** What mkdtemp adds to a name. */
const RANDOM_LETTERS = 6;

/**
 * Makes a folder that only this user can enter, in TMPDIR, or in /tmp where TMPDIR is too long for unix sockets.
 *
 * @param prefix How its name begins.
 * @param longestName Length of the longest name that a socket in it may have.
 * @throws the system's error if no folder can be made there.
 */
export function makeSocketFolder(prefix: string, longestName: number): string {
	const wanted = join(tmpdir(), prefix);
	const length = Buffer.byteLength(wanted) + RANDOM_LETTERS + "/".length + longestName;
	return mkdtempSync(length <= LONGEST_SOCKET_PATH ? wanted : join("/tmp", prefix));
}
