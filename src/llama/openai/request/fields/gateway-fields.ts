/** Fields of which a gateway knows more than a batch does: how an answer is given, and when. */

import { BOOLEAN, integerFrom, type Kind } from "../../../../base/check-types.ts";
import { type GatewayKind, NATIVE, NATIVE_EMBEDDING } from "../../kind.ts";
import { check, type Draft, unsupported, wrongValue } from "../values/draft.ts";
import { type Field, type Form, type GatewayForm, harmless, into, own, run, runBy, URLS } from "./field.ts";
import { FIELDS, fieldsOf } from "./fields.ts";
import { NATIVE_FIELDS } from "./native-fields.ts";
import { BOTH, GENERATED } from "./sampling-fields.ts";

const STREAMED: readonly GatewayForm[] = [...GENERATED, "native"];
const EMBEDDED: readonly GatewayForm[] = ["embeddings", "native embeddings"];
const ALL: readonly GatewayForm[] = [...STREAMED, ...EMBEDDED];
const INTEGER: Kind = integerFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const FALSE: Kind = { words: "false: embeddings come at once", accepts: (value) => value === false };

/** In the place of a batch's field of the same name, or beside those. */
export const GATEWAY_FIELDS: readonly Field[] = [
	own(run(["stream"], STREAMED, BOOLEAN, into("stream"))),
	own({ ...run(["stream"], EMBEDDED, FALSE, () => {}), does: "refused" }),
	own(runBy(["stream_options"], GENERATED, "an object: `include_usage` is run", readStreamOptions)),
	own(run(["priority"], ALL, { ...INTEGER, words: "a whole number, higher first" }, into("priority"))),
	harmless(GENERATED, "cache_prompt", "id_slot"),
	harmless(BOTH, "verbosity"),
	...NATIVE_FIELDS,
];

/** The fields of each kind of body that a gateway takes, by their names. */
export const GATEWAY_FIELDS_OF: ReadonlyMap<GatewayKind, ReadonlyMap<string, Field>> = new Map([
	...Object.entries(URLS).map(
		([form, url]) => [url as GatewayKind, fieldsOf(form as Form, [...FIELDS, ...GATEWAY_FIELDS])] as const,
	),
	[NATIVE, fieldsOf("native", GATEWAY_FIELDS)] as const,
	[NATIVE_EMBEDDING, fieldsOf("native embeddings", GATEWAY_FIELDS)] as const,
]);

function readStreamOptions(options: unknown, draft: Draft, name: string): void {
	if (typeof options !== "object" || options === null || Array.isArray(options)) {
		throw wrongValue(name, options, "an object");
	}
	for (const [key, value] of Object.entries(options)) {
		if (value === null) continue;
		// Obfuscation hides the lengths of pieces; there is none here, whatever is asked for.
		if (key !== "include_usage" && key !== "include_obfuscation") {
			throw unsupported(`${name}.${key}`, value, 'only "include_usage"');
		}
		check(`${name}.${key}`, value, BOOLEAN);
		if (key === "include_usage") draft.includeUsage = value as boolean;
	}
}
