import type { Comm } from "../index.ts";

/** The rank that hands out. */
export const ROOT = 0;

/** Tag of the order to stop working. */
export const STOP = 0;

/**
 * Orders go one way and answers the other, each on a communicator of its own: so they never meet the program's messages,
 * and a rank that works for itself takes no answer for an order. An argument and a result are a whole message each, so
 * that typed arrays travel as raw bytes; what else must be known is in the tag.
 */
export interface Channels {
	readonly orders: Comm;
	readonly answers: Comm;
}

/** Opens the channels. Collective. */
export async function openChannels(comm: Comm): Promise<Channels> {
	return { orders: await comm.dup(), answers: await comm.dup() };
}

/** Gives the channels back. */
export function freeChannels({ orders, answers }: Channels): void {
	orders.free();
	answers.free();
}

/**
 * Tag of an order.
 *
 * @param task Index of the task among `count` names.
 * @param slot Tells apart what one worker does at the same time.
 */
export function orderTag(task: number, slot: number, count: number): number {
	return STOP + 1 + slot * count + task;
}

/** What an order's tag says. */
export function readOrderTag(tag: number, count: number): { task: number; slot: number } {
	const number = tag - STOP - 1;
	return { task: number % count, slot: Math.floor(number / count) };
}

/** Tag of an answer: a result, or a SerializedError. */
export function answerTag(slot: number, failed: boolean): number {
	return slot * 2 + Number(failed);
}

/** What an answer's tag says. */
export function readAnswerTag(tag: number): { slot: number; failed: boolean } {
	return { slot: Math.floor(tag / 2), failed: tag % 2 === 1 };
}
