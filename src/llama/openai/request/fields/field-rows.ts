import type { Field } from "./field.ts";
import { FIELDS } from "./fields.ts";
import { GATEWAY_FIELDS } from "./gateway-fields.ts";

/**
 * The table of docs/batch.md: each field, the bodies that may have it, its values, and what each engine does with it;
 * then those of which a gateway knows more.
 *
 * @internal
 */
export function fieldRows(): readonly (readonly string[])[] {
	const head = ["field", "in", "values", "node-llama-cpp", "llama-server", "endpoint"];
	return [
		head,
		...FIELDS.map((field) => rowOf(field)),
		...GATEWAY_FIELDS.map((field) => rowOf(field, "gateway: ")),
	];
}

function rowOf({ names, forms, takes, does, own, notBy }: Field, where = ""): readonly string[] {
	const here = { run: "run", harmless: "nothing to do", refused: "else an error" }[does];
	const shown = names.map((name) => `\`${name}\``).join(", ");
	// A body of `/v1/responses` goes to endpoints in the words of a chat.
	const there = forms.join() === "responses" ? "passed on as a chat's" : "passed on";
	// A choice among tools asks for nothing where there are none.
	const refused = names.includes("tools") ? "error" : "error with `tools`";
	return [
		...[shown, `${where}${forms.join(", ")}`, takes.replaceAll("|", "\\|")],
		...[notBy === undefined ? here : refused, here, own ? here : there],
	];
}
