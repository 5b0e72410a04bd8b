import { ANY_SOURCE, ANY_TAG, PROC_NULL, TAG_UB } from "../../base/constants.ts";
import { ArgumentError, type ErrorCode } from "../../base/errors.ts";

/** A value as it stands in an error message. */
export function show(value: unknown): string {
	if (typeof value === "string") return JSON.stringify(value);
	if (typeof value === "object" && value !== null) return `a ${value.constructor?.name ?? "object"}`;
	return typeof value === "bigint" ? `${value}n` : String(value);
}

function fail(code: ErrorCode, text: string): never {
	throw new ArgumentError(code, text);
}

const ranks = (size: number) => (size === 1 ? "the only rank is 0" : `ranks are 0 to ${size - 1}`);

function isRank(value: unknown, size: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) < size;
}

/** A rank to send to, or PROC_NULL. */
export function checkDest(dest: unknown, size: number): void {
	if (isRank(dest, size) || dest === PROC_NULL) return;
	fail("ERR_RANK", `Cannot send to rank ${show(dest)}: ${ranks(size)}`);
}

/** A rank to receive from, ANY_SOURCE or PROC_NULL. */
export function checkSource(source: unknown, size: number): void {
	if (isRank(source, size) || source === ANY_SOURCE || source === PROC_NULL) return;
	fail("ERR_RANK", `Cannot receive from rank ${show(source)}: ${ranks(size)}, or ANY_SOURCE`);
}

function isTag(tag: unknown): boolean {
	return Number.isInteger(tag) && (tag as number) >= 0 && (tag as number) <= TAG_UB;
}

export function checkSendTag(tag: unknown): void {
	if (!isTag(tag))
		fail("ERR_TAG", `Cannot send with tag ${show(tag)}: tags are whole numbers from 0 to ${TAG_UB}`);
}

export function checkRecvTag(tag: unknown): void {
	if (isTag(tag) || tag === ANY_TAG) return;
	fail(
		"ERR_TAG",
		`Cannot receive with tag ${show(tag)}: tags are whole numbers from 0 to ${TAG_UB}, or ANY_TAG`,
	);
}

export function checkRoot(operation: string, root: unknown, size: number): void {
	if (!isRank(root, size)) fail("ERR_ROOT", `Cannot ${operation} with root ${show(root)}: ${ranks(size)}`);
}

/** One value per rank. */
export function checkPerRank(
	operation: string,
	values: unknown,
	size: number,
): asserts values is readonly unknown[] {
	if (!Array.isArray(values)) {
		fail("ERR_TYPE", `Cannot ${operation} ${show(values)}: an array with one value per rank is needed`);
	}
	if (values.length !== size) {
		fail(
			"ERR_COUNT",
			`Cannot ${operation} ${values.length} values over ${size} ranks: one value per rank is needed`,
		);
	}
}
