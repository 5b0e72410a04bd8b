import { tmpdir } from "node:os";
import { LaunchError } from "../../src/base/errors.ts";
import { makeSocketFolder } from "../../src/base/host/socket-folder.ts";

/** Room that ranks need for the names of their sockets in the folder. */
const LONGEST_NAME = 23;

/** Makes a folder that only this user can enter, with a path short enough for unix sockets. Throws LaunchError. */
export function makePrivateFolder(): string {
	try {
		return makeSocketFolder("tsmpi-", LONGEST_NAME);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new LaunchError(`Cannot make a folder for the job in TMPDIR (${tmpdir()}): ${why}`, 1, { cause });
	}
}
