import { fstatSync, type Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { cannotWrite, JobError } from "../../errors.ts";
import { isCode } from "./lock/lock-file.ts";
import { touch } from "./touch.ts";

/** Where answers go. */
export interface Target {
	/** The file itself where a link was named. */
	readonly path: string;
	/** Not a pipe, a terminal or another device. */
	readonly regular: boolean;
}

/**
 * Finds out what a path is, and makes the file if there is none: what cannot be written is known before any time is spent.
 *
 * @param resume Whether the answers that it has are to be read: a pipe has none.
 * @throws {JobError}
 */
export async function findTarget(path: string, resume: boolean): Promise<Target> {
	if (path === "-") {
		throw new JobError(
			"Cannot write the answers to -: name a file; /dev/stdout is this job's output, with the report behind the answers",
			2,
		);
	}
	await touch(path);
	try {
		const stats = await stat(path);
		if (!stats.isFile()) {
			if (resume) throw new JobError(`Cannot resume with ${path}: it is not a regular file`);
			return { path, regular: false };
		}
		if (isOwnOutput(stats)) {
			throw new JobError(
				`Cannot write the answers to ${path}: it is a file that the output of this program goes to; name it as --out`,
			);
		}
		return { path: await realpath(path), regular: true };
	} catch (error) {
		throw error instanceof JobError ? error : cannotWrite(path, error);
	}
}

/** What is printed would go over the answers: it has its own place in the file. */
function isOwnOutput({ dev, ino }: Stats): boolean {
	return [1, 2].some((fd) => {
		try {
			const own = fstatSync(fd);
			return own.ino === ino && own.dev === dev;
		} catch (error) {
			if (isCode(error, "EBADF")) return false;
			throw error;
		}
	});
}
