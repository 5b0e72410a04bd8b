import { types } from "node:util";

/** Why a value cannot be packed. */
export class Unpackable extends Error {}

const refused: readonly ((value: object) => boolean)[] = [
	types.isPromise,
	types.isSharedArrayBuffer,
	types.isWeakMap,
	types.isWeakSet,
	types.isGeneratorObject,
	types.isBoxedPrimitive,
	types.isExternal,
	(value) => value instanceof WeakRef || value instanceof Blob,
];

/** What msgpackr would take for a plain object, and send empty, without anybody noticing. */
export const refusal = {
	applies: (value: object): boolean =>
		refused.some((is) => is(value)) || (types.isMap(value) && value.constructor !== Map),
	/** What to pack in its place; throws where nothing would be right. */
	write: (value: unknown): unknown => {
		if (types.isMap(value)) return new Map(value);
		throw new Unpackable(`it holds a ${(value as object).constructor?.name || "value without a class"}`);
	},
};
