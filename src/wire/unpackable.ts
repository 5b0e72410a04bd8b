import { types } from "node:util";
import { addExtension } from "msgpackr";

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

let ours = false;

/** Runs `pack` of msgpackr with the rules of this file. */
export function packing<T>(pack: () => T): T {
	ours = true;
	try {
		return pack();
	} finally {
		ours = false;
	}
}

/** What msgpackr would take for a plain object, and send empty, without anybody noticing. */
const misread = {
	[Symbol.hasInstance]: (value: object) =>
		ours && (refused.some((is) => is(value)) || (types.isMap(value) && value.constructor !== Map)),
};

// msgpackr keeps its extensions for all of the process: this one sees only what tsmpi itself packs.
addExtension({
	Class: misread as unknown as { new (): unknown },
	write: (value: unknown) => {
		if (types.isMap(value)) return new Map(value);
		throw new Unpackable(`it holds a ${(value as object).constructor?.name || "value without a class"}`);
	},
} as unknown as Parameters<typeof addExtension>[0]);
