import { nearest } from "./nearest.ts";

/** What is wrong with the keys of an options object, as the end of an error's text; undefined if nothing is. */
export function unknownKey(options: unknown, allowed: readonly string[]): string | undefined {
	if (options === undefined) return undefined;
	if (typeof options !== "object" || options === null || Array.isArray(options)) {
		return `its options must be an object, not ${describeValue(options)}`;
	}
	for (const key in options) {
		if (allowed.includes(key)) continue;
		const guess = nearest(key, allowed) ?? abbreviated(key, allowed);
		const hint = guess === undefined ? `allowed are ${allowed.join(", ")}` : `did you mean "${guess}"?`;
		return `unknown option ${JSON.stringify(key)}: ${hint}`;
	}
	return undefined;
}

/** The one name that `key` may be short for, as "src" is for "source": its letters in order, the first one the same. */
function abbreviated(key: string, names: readonly string[]): string | undefined {
	const matching = names.filter((name) => name[0] === key[0] && hasLetters(name, key));
	return key.length > 1 && matching.length === 1 ? matching[0] : undefined;
}

function hasLetters(word: string, letters: string): boolean {
	let at = 0;
	for (const letter of word) if (letter === letters[at]) at++;
	return at === letters.length;
}

/** A value in an error's text: what it is, and not more of it than fits a line. */
export function describeValue(value: unknown): string {
	if (value === null || value === undefined || typeof value === "boolean") return String(value);
	if (typeof value === "number" || typeof value === "bigint") return String(value);
	if (typeof value === "string") {
		const text = JSON.stringify(value);
		return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
	}
	if (typeof value === "object" && !Array.isArray(value)) {
		const maker: unknown = value.constructor;
		return typeof maker === "function" && maker.name !== "" && maker !== Object
			? `a ${maker.name}`
			: "an object";
	}
	return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
