import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { MpiError } from "../base/errors.ts";
import type { KeyPair } from "../control/messages.ts";

/** A CURVE key in text form: 32 bytes in Z85. */
const KEY = "[0-9a-zA-Z.\\-:+=^!/*?&<>()[\\]{}@%$#]{40}";

/** The text of a key file. */
export function keyFileText({ publicKey, secretKey }: KeyPair): string {
	return [
		"# Key of tsmpi jobs. Whoever can read this file can join them: both halves are secret.",
		`public ${publicKey}`,
		`secret ${secretKey}`,
		"",
	].join("\n");
}

/**
 * Reads a key file: lines "public KEY" and "secret KEY" as ZeroMQ's CURVE has them, and comments after #.
 *
 * @throws {MpiError} ERR_OTHER where there is none, everybody can read it, or it holds something else.
 */
export function readKeyFile(path: string): KeyPair {
	const text = readPrivately(path);
	const key = (half: string) => new RegExp(`^${half} (${KEY})\\s*$`, "m").exec(text)?.[1];
	const [publicKey, secretKey] = [key("public"), key("secret")];
	if (publicKey === undefined || secretKey === undefined) {
		throw unusable(
			path,
			"it does not hold a line public KEY and a line secret KEY, as tsmpirun --make-key writes them",
		);
	}
	return { publicKey, secretKey };
}

function readPrivately(path: string): string {
	let file: number | undefined;
	try {
		file = openSync(path, "r");
		const mode = fstatSync(file).mode & 0o777;
		if ((mode & 0o007) !== 0) {
			throw unusable(path, `everybody on this host may use it (mode ${mode.toString(8)}): chmod o= ${path}`);
		}
		return readFileSync(file, "utf8");
	} catch (error) {
		if (error instanceof MpiError) throw error;
		throw unusable(path, (error as Error).message);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

function unusable(path: string, why: string): MpiError {
	return new MpiError("ERR_OTHER", `Cannot use the key file ${path}: ${why}`);
}
