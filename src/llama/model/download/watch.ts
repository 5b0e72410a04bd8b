import { statfs } from "node:fs/promises";
import { type Status, size } from "./progress.ts";

/** A server that sends nothing for so long is given up: the library itself would wait for ever. */
const PATIENCE_MS = 60_000;

/**
 * Runs a download, and ends it where it cannot go on: nothing comes any more, or the disk has no room for the rest. What has
 * been downloaded is kept.
 */
export async function watched<T>(
	folder: string,
	download: (signal: AbortSignal, onProgress: (status: Status) => void) => Promise<T>,
	patienceMs = PATIENCE_MS,
): Promise<T> {
	const controller = new AbortController();
	const { signal } = controller;
	const givenUp = new Promise<never>((_, reject) => {
		signal.addEventListener("abort", () => reject(signal.reason as Error));
	});
	const silence = setTimeout(() => {
		const why = `the server has sent nothing for ${patienceMs / 1000} s; the next start goes on from there`;
		controller.abort(new Error(why));
	}, patienceMs);
	let downloaded = 0;
	let looked = false;
	const onProgress = ({ totalSize, downloadedSize }: Status) => {
		if (downloadedSize > downloaded) silence.refresh();
		downloaded = Math.max(downloaded, downloadedSize);
		if (looked || totalSize <= 0) return;
		looked = true;
		void lackOfRoom(folder, totalSize - downloadedSize).then((lack) => {
			if (lack !== undefined) controller.abort(new Error(lack));
		});
	};
	try {
		return await Promise.race([download(signal, onProgress), givenUp]);
	} finally {
		clearTimeout(silence);
	}
}

async function lackOfRoom(folder: string, needed: number): Promise<string | undefined> {
	const disk = await statfs(folder).catch(() => undefined);
	const free = disk === undefined ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize;
	return needed > free ? `${size(needed)} are to come, and ${folder} has room for ${size(free)}` : undefined;
}
