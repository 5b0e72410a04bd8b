import { mkdir, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isSystemError } from "../../../base/system-error.ts";

/** How often the holder of a lock shows that it lives, and after what silence it is taken for dead. */
const BEAT_MS = 2000;
const DEAD_MS = 30_000;
const LOOK_MS = 200;

/** Runs something while no other process does so under the same path, on any host that shares the folder. */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
	while (!(await take(path))) await delay(LOOK_MS);
	const beat = setInterval(() => {
		const now = new Date();
		utimes(path, now, now).catch(() => {});
	}, BEAT_MS);
	try {
		return await work();
	} finally {
		clearInterval(beat);
		await rm(path, { recursive: true, force: true });
	}
}

async function take(path: string): Promise<boolean> {
	try {
		await mkdir(path);
		return true;
	} catch (error) {
		if (!isSystemError(error) || error.code !== "EEXIST") throw error;
	}
	const held = await stat(path).catch(() => undefined);
	if (held !== undefined && Date.now() - held.mtimeMs > DEAD_MS)
		await rm(path, { recursive: true, force: true });
	return false;
}
