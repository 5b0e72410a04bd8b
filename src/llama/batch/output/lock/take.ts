import { stat, writeFile } from "node:fs/promises";
import { moveOver, putInPlace, readLock, removeFile } from "./lock-file.ts";
import { isGone, isNear, type Owner } from "./owner.ts";

/** Who has the lock, if somebody has. */
export interface Holder {
	/** Undefined: it has not said it yet. */
	readonly owner: Owner | undefined;
	/** For how much longer the lock holds if nobody renews it; undefined: as long as its process lives. */
	readonly leftMs: number | undefined;
}

/**
 * Takes a lock, or takes it over from an owner that is gone.
 *
 * Taking over is what two could do at once, so it needs a lock itself: one that is named after the lock that it breaks,
 * and becomes the new lock by being moved over the old one. Who gets it late finds that the old lock is no longer there.
 *
 * @returns undefined if it is ours now, else who has it.
 */
export async function takeLock(path: string, owner: Owner, leaseMs: number): Promise<Holder | undefined> {
	const text = `${JSON.stringify(owner)}\n`;
	const own = `${path}.${owner.id}`;
	await writeFile(own, text, { flag: "wx" });
	try {
		// The age of another host's lock is told by the file system's clock alone.
		const { mtimeMs: nowMs } = await stat(own);
		return await take(path, { path, own, text, id: owner.id, nowMs, leaseMs });
	} finally {
		await removeFile(own);
	}
}

interface Taker {
	/** Of the lock itself; those that break one have longer names. */
	readonly path: string;
	readonly own: string;
	readonly text: string;
	readonly id: string;
	readonly nowMs: number;
	readonly leaseMs: number;
}

async function take(place: string, taker: Taker): Promise<Holder | undefined> {
	for (;;) {
		if (await putInPlace(taker.own, place, taker.text)) return undefined;
		const there = await readLock(place);
		if (there === undefined) continue;
		const { owner } = there;
		const near = owner !== undefined && isNear(owner);
		const leftMs = taker.leaseMs - (taker.nowMs - there.writtenMs);
		if (near ? !isGone(owner) : leftMs > 0) return { owner, leftMs: near ? undefined : leftMs };

		const breaker = `${taker.path}.break-${owner?.id ?? "empty"}`;
		const other = await take(breaker, taker);
		if (other !== undefined) return other;
		const still = await readLock(place);
		if (still !== undefined && still.owner?.id === owner?.id) {
			await moveOver(breaker, place, taker.id);
			return undefined;
		}
		await removeFile(breaker);
	}
}
