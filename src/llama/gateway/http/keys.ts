import { readFile, stat } from "node:fs/promises";
import { BlockList, isIP } from "node:net";
import { JobError, reasonOf } from "../../errors.ts";

/**
 * Reads a file of API keys: one a line; empty lines and those that begin with # are none.
 *
 * @param warn takes a line about a file that others than its owner may use.
 * @throws {JobError} it cannot be read, or has no key, or one that no client could send.
 */
export async function readKeys(file: string, warn: (line: string) => void = () => {}): Promise<string[]> {
	let text: string;
	let mode: number;
	try {
		[text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
	} catch (error) {
		throw new JobError(`Cannot read the API keys in ${file}: ${reasonOf(error)}`, 1, { cause: error });
	}
	const keys: string[] = [];
	for (const [i, line] of text
		.replace(/^\uFEFF/, "")
		.split("\n")
		.entries()) {
		const key = line.trim();
		if (key === "" || key.startsWith("#")) continue;
		// The line's number, not its text: that may be a key with a slip in it.
		if (/\s|\p{Cc}/u.test(key)) {
			throw new JobError(
				`Cannot use line ${i + 1} of ${file}: a key has no blanks and no control characters`,
			);
		}
		keys.push(key);
	}
	if (keys.length === 0)
		throw new JobError(`Cannot use the API keys in ${file}: it has none; one a line is needed`);
	if ((mode & 0o077) !== 0) {
		const octal = (mode & 0o777).toString(8);
		warn(`others than its owner may use the API keys in ${file} (mode ${octal}): chmod 600 ends that`);
	}
	return keys;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only programs of this host reach a server that listens there. */
export function isLoopback(host: string): boolean {
	const version = isIP(host);
	if (version === 0) return host.toLowerCase() === "localhost";
	return LOOPBACK.check(host, version === 4 ? "ipv4" : "ipv6");
}
