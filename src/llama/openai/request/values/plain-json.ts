import { BadRequest } from "../../bad-request.ts";

const DEEPEST = 100;

/**
 * Refuses what cannot reach an engine as it is: values nested deeper than anything that packs them follows, and texts
 * with half a character, of which UTF-8 has no form.
 *
 * @throws {BadRequest} that names the field.
 */
export function checkPlain(value: unknown, name: string, depth = 0): void {
	if (typeof value === "string") checkText(value, name);
	if (typeof value !== "object" || value === null) return;
	if (depth === DEEPEST) {
		throw new BadRequest("invalid_request", `"${name}" is nested more than ${DEEPEST} deep`, name);
	}
	for (const [key, each] of Object.entries(value)) {
		checkText(key, name);
		checkPlain(each, name, depth + 1);
	}
}

/** @throws {BadRequest} a text holds half of a character. */
export function checkText(text: string, name: string): void {
	if (isWellFormed.call(text)) return;
	throw new BadRequest(
		"invalid_request",
		`"${name}" has half of a character (a lone surrogate, \\ud800 to \\udfff)`,
		name,
	);
}

/** Node has it; the library that TypeScript compiles against comes later. */
const { isWellFormed } = String.prototype as unknown as { readonly isWellFormed: (this: string) => boolean };
