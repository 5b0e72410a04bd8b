import { type BadLine, type BatchRequest, isBatch } from "../files/request.ts";

/** Begins the id of each line of a batch's output, before the request's fingerprint. */
export const ID_PREFIX = "batch_req_";

/** What an output line tells about the request that it answers. */
export interface OldAnswer {
	/** Stands for the request among all of its file. */
	readonly key: string;
	/** 128 bits of SHA-256, in hexadecimal. */
	readonly fingerprint: string;
	/** It is an error line. */
	readonly failed: boolean;
}

const FINGERPRINT = /^[0-9a-f]{32}$/;

const PLAIN = "\0#";

/** What stands for a request, or for a bad line, among all of a file: a plain one's place, else its id. */
export function keyOf(line: BatchRequest | BadLine): string {
	return isBatch(line) ? batchKey(line) : plainKey(line.id);
}

/** Of the plain request at a place, which no id of a client is. */
export function plainKey(index: number): string {
	return `${PLAIN}${index}`;
}

/** The place of a plain request that a key stands for. */
export function plainIndex(key: string): number | undefined {
	return key.startsWith(PLAIN) ? Number(key.slice(PLAIN.length)) : undefined;
}

function batchKey({ customId, fingerprint }: Pick<BadLine, "customId" | "fingerprint">): string {
	return customId ?? `\0${fingerprint}`;
}

/** Reads an output line, also one of an older version; undefined if this program has not written it. */
export function readAnswerLine(line: string): OldAnswer | undefined {
	const value = parse(line);
	if (value === undefined) return undefined;
	const { id, custom_id: customId, response, index, key, error } = value;
	// First: a plain line may repeat an `id` of the input that is anything.
	if (typeof index === "number" && typeof key === "string" && FINGERPRINT.test(key))
		return { key: plainKey(index), fingerprint: key, failed: error !== null };
	if (typeof id !== "string" || !id.startsWith(ID_PREFIX)) return undefined;
	const fingerprint = id.slice(ID_PREFIX.length);
	if (!FINGERPRINT.test(fingerprint)) return undefined;
	// Error lines of older versions have no response.
	const failed = (response as { status_code?: unknown } | null)?.status_code !== 200;
	return {
		key: batchKey({ customId: isCustomId(customId) ? customId : null, fingerprint }),
		fingerprint,
		failed,
	};
}

/** Whether a `custom_id` can be used: what a line has in its place otherwise is only repeated. */
export function isCustomId(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}
