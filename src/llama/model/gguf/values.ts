import { GgufError, quoted } from "./error.ts";
import { LIMITS, limit } from "./limits.ts";
import type { GgufSource } from "./source.ts";
import { VALUE, VALUE_BYTES } from "./types.ts";

/** A value of a key: arrays are not kept, only their length (see `GgufHeader.tokens`). */
export type GgufValue = string | number | { readonly length: number };

/** Reads the value of a key; `budget` is what the lists of a file may still hold. */
export async function readValue(
	source: GgufSource,
	key: string,
	type: number,
	budget: ListBudget,
): Promise<GgufValue> {
	switch (type) {
		case VALUE.string:
			return await source.string(`the key ${quoted(key)}`, LIMITS.textBytes);
		case VALUE.array:
			return { length: await skipList(source, key, budget, 1) };
		default: {
			const bytes = VALUE_BYTES[type];
			if (bytes === undefined)
				throw new GgufError(`it is damaged: the key ${quoted(key)} has the unknown type ${type}`);
			return decodeNumber(await source.bytes(bytes), type);
		}
	}
}

/** Counts down the entries of lists that have to be walked through, so that many lists are no way round the limit. */
export class ListBudget {
	#used = 0;

	take(entries: number, key: string): void {
		this.#used += entries;
		limit(this.#used, LIMITS.listEntries, `entries of lists up to ${quoted(key)}`);
	}
}

function decodeNumber(bytes: Buffer, type: number): number {
	switch (type) {
		case VALUE.u8:
		case VALUE.bool:
			return bytes.readUInt8();
		case VALUE.i8:
			return bytes.readInt8();
		case VALUE.u16:
			return bytes.readUInt16LE();
		case VALUE.i16:
			return bytes.readInt16LE();
		case VALUE.u32:
			return bytes.readUInt32LE();
		case VALUE.i32:
			return bytes.readInt32LE();
		case VALUE.f32:
			return bytes.readFloatLE();
		case VALUE.u64:
			return Number(bytes.readBigUInt64LE());
		case VALUE.i64:
			return Number(bytes.readBigInt64LE());
		default:
			return bytes.readDoubleLE();
	}
}

async function skipList(source: GgufSource, key: string, budget: ListBudget, depth: number): Promise<number> {
	const what = `the list ${quoted(key)}`;
	limit(depth, LIMITS.depth, `depth of ${what}`);
	const elementType = await source.u32();
	const length = await source.u64();
	const bytes = VALUE_BYTES[elementType];
	if (bytes !== undefined) {
		source.skip(length * bytes, what);
		return length;
	}
	if (elementType !== VALUE.string && elementType !== VALUE.array) {
		throw new GgufError(`it is damaged: ${what} has the unknown type ${elementType}`);
	}
	source.require(length * 8, what);
	budget.take(length, key);
	for (let index = 0; index < length; index++) {
		if (elementType === VALUE.array) await skipList(source, key, budget, depth + 1);
		else source.skip(await source.u64(), what);
	}
	return length;
}
