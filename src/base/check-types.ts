import { describeValue, unknownKey } from "./check-options.ts";
import { ArgumentError } from "./errors.ts";

/** The values that an argument or an option may have. */
export interface Kind {
	/** Ends the sentence "it must be": "a string". */
	readonly words: string;
	/** Whether a value is one of them. */
	readonly accepts: (value: unknown) => boolean;
}

/** A kind for every option of T: the compiler demands one for each. */
export type Kinds<T> = { readonly [Name in keyof T]-?: Kind };

export const TEXT: Kind = { words: "a string", accepts: (value) => typeof value === "string" };
export const BOOLEAN: Kind = { words: "true or false", accepts: (value) => typeof value === "boolean" };
/** Any number, NaN too: for what is compared with a range later. */
export const NUMBER: Kind = { words: "a number", accepts: (value) => typeof value === "number" };
export const FUNCTION: Kind = { words: "a function", accepts: (value) => typeof value === "function" };
export const SIGNAL: Kind = objectWith("an AbortSignal", "aborted", "addEventListener");
/** What `init()` resolves to. */
export const MPI: Kind = objectWith("what init() resolves to", "world");
/** A communicator. */
export const COMM: Kind = objectWith("a communicator", "rank", "size", "bcast");

/** A number from `least` to `most`; without them any number but NaN. */
export function numberFrom(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Kind {
	const accepts = (value: unknown) => typeof value === "number" && value >= least && value <= most;
	return { words: `a number${rangeText(least, most)}`, accepts };
}

/** A whole number from `least` to `most`. */
export function integerFrom(least: number, most = Number.POSITIVE_INFINITY): Kind {
	const accepts = (value: unknown) => Number.isSafeInteger(value) && numberFrom(least, most).accepts(value);
	return { words: `a whole number${rangeText(least, most)}`, accepts };
}

/** One of these strings. */
export function oneOf(...allowed: readonly string[]): Kind {
	return {
		words: alternatives(allowed.map((value) => JSON.stringify(value))),
		accepts: (value) => typeof value === "string" && allowed.includes(value),
	};
}

/** A value of any of these kinds. */
export function either(...kinds: readonly Kind[]): Kind {
	return {
		words: alternatives(kinds.map(({ words }) => words)),
		accepts: (value) => kinds.some(({ accepts }) => accepts(value)),
	};
}

/** An array whose items are all of one kind. */
export function listOf(words: string, { accepts }: Kind): Kind {
	return { words, accepts: (value) => Array.isArray(value) && value.every(accepts) };
}

/** An object, or a function, that has all of these members. */
export function objectWith(words: string, ...members: readonly string[]): Kind {
	const accepts = (value: unknown) =>
		((typeof value === "object" && value !== null) || typeof value === "function") &&
		members.every((member) => member in value);
	return { words, accepts };
}

/** An object of options by itself, as the value of one option. */
export function optionsOf<T>(
	words: string,
	kinds: Kinds<T>,
	needed: readonly (keyof T & string)[] = [],
): Kind {
	return {
		words,
		accepts: (value) =>
			typeof value === "object" && value !== null && wrongOption(value, kinds, needed) === undefined,
	};
}

/**
 * Refuses an options object with an unknown key or a value of another kind. An option that is undefined counts as left
 * out.
 *
 * @param action What cannot be done: "start engines".
 * @param needed Options that have no default.
 * @throws {ArgumentError} ERR_ARG, that names the option, its value and what is allowed.
 */
export function checkOptions<T>(
	action: string,
	options: unknown,
	kinds: Kinds<T>,
	needed: readonly (keyof T & string)[] = [],
): void {
	const wrong = wrongOption(options, kinds, needed);
	if (wrong !== undefined) throw new ArgumentError("ERR_ARG", `Cannot ${action}: ${wrong}`);
}

/**
 * Refuses an argument of another kind.
 *
 * @param name How the documentation calls the argument.
 * @throws {ArgumentError} ERR_ARG, that names the argument, its value and what is allowed.
 */
export function checkArgument(action: string, name: string, value: unknown, { words, accepts }: Kind): void {
	if (accepts(value)) return;
	const text = `Cannot ${action}: ${name} must be ${words}, not ${describeValue(value)}`;
	throw new ArgumentError("ERR_ARG", text);
}

/** What is wrong with an options object, as the end of an error's text; undefined if nothing is. */
function wrongOption<T>(
	options: unknown,
	kinds: Kinds<T>,
	needed: readonly (keyof T & string)[],
): string | undefined {
	const named = new Map(Object.entries<Kind>(kinds));
	const unknown = unknownKey(options, [...named.keys()]);
	if (unknown !== undefined) return unknown;
	const given = new Map(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
	for (const [name, { words, accepts }] of named) {
		const missing = !given.has(name) && needed.some((each) => each === name);
		if (missing) return `option "${name}" is missing: it must be ${words}`;
		if (!given.has(name) || accepts(given.get(name))) continue;
		return `option "${name}" must be ${words}, not ${describeValue(given.get(name))}`;
	}
	return undefined;
}

function rangeText(least: number, most: number): string {
	if (least === Number.NEGATIVE_INFINITY) return "";
	return most === Number.POSITIVE_INFINITY ? ` from ${least} up` : ` from ${least} to ${most}`;
}

function alternatives(all: readonly string[]): string {
	return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}
