import { writeFileSync } from "node:fs";
import { LaunchError } from "../../src/base/errors.ts";
import { keyFileText } from "../../src/rendezvous/key-file.ts";
import { makeKeys } from "./job-network.ts";

/** Writes a new key to a file that only this user can read. One that is there already is not touched. */
export async function makeKeyFile(path: string): Promise<void> {
	try {
		writeFileSync(path, keyFileText(await makeKeys()), { mode: 0o600, flag: "wx" });
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		const why = code === "EEXIST" ? "it is there already" : message;
		throw new LaunchError(`Cannot write the key file ${path}: ${why}`, 1, { cause: error });
	}
}
