import { execFile } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { findOnPath } from "../../../src/base/host/path.ts";

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** A pipe: the agent's end as a stream, the rank's end as a file descriptor to be handed over and closed. */
export interface Pipe {
	readonly stream: Socket;
	readonly rankEnd: number;
}

/**
 * Makes named pipes in the job's folder, all by one command.
 *
 * Node's own `stdio: "pipe"` is a socket pair, on which a rank cannot open /dev/stdout or /dev/stdin (ENXIO).
 * Returns undefined where there is no mkfifo: then socket pairs must do.
 */
export async function makePipes(folder: string, names: readonly string[]): Promise<string[] | undefined> {
	const mkfifo = findOnPath("mkfifo", process.env.PATH);
	if (mkfifo === undefined) return undefined;
	const paths = names.map((name) => join(folder, name));
	const made = await new Promise<boolean>((resolve) => {
		execFile(mkfifo, ["-m", "600", "--", ...paths], (error) => resolve(error === null));
	});
	return made ? paths : undefined;
}

/** Opens a named pipe that a rank writes to, and removes its name. */
export function openOutput(path: string): Pipe {
	const own = openSync(path, O_RDONLY | O_NONBLOCK);
	const rankEnd = openSync(path, O_WRONLY);
	rmSync(path);
	return { stream: new Socket({ fd: own, readable: true, writable: false }), rankEnd };
}

/** Opens a named pipe that a rank reads from, and removes its name. */
export function openInput(path: string): Pipe {
	// A writer can only be opened where there is a reader, and the rank's own end must not be the non-blocking one.
	const opener = openSync(path, O_RDONLY | O_NONBLOCK);
	const own = openSync(path, O_WRONLY | O_NONBLOCK);
	const rankEnd = openSync(path, O_RDONLY);
	closeSync(opener);
	rmSync(path);
	return { stream: new Socket({ fd: own, readable: false, writable: true }), rankEnd };
}
