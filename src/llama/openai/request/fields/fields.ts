import { BOOLEAN, either, integerFrom, type Kind, oneOf, TEXT } from "../../../../base/check-types.ts";
import { BadRequest } from "../../bad-request.ts";
import type { RequestKind } from "../../kind.ts";
import { unsupported } from "../values/draft.ts";
import { CHAT_FIELDS } from "./chat-fields.ts";
import { type Field, type Form, type GatewayForm, harmless, into, own, run, runBy, URLS } from "./field.ts";
import { RESPONSES_FIELDS } from "./responses-fields.ts";
import { BOTH, GENERATED, SAMPLING_FIELDS } from "./sampling-fields.ts";

const COMPLETIONS: readonly Form[] = ["completions"];
const EMBEDDINGS: readonly Form[] = ["embeddings"];
const ALL: readonly Form[] = [...GENERATED, ...EMBEDDINGS];
const TEXTS = "a text, token ids, or a list of these";
const FALSE: Kind = { words: "false", accepts: (value) => value === false };

/** Every field that is known. A name that is not here is unknown. */
export const FIELDS: readonly Field[] = [
	run(["model"], ALL, TEXT, into("model")),
	...CHAT_FIELDS,
	own(runBy(["prompt"], COMPLETIONS, TEXTS, (prompt, draft) => into("prompt")(draft, prompt))),
	run(["logprobs"], COMPLETIONS, either(integerFrom(0, 20), FALSE), (draft, most: number | false) => {
		if (most !== false) draft.legacyLogprobs = most;
	}),
	own(run(["echo"], COMPLETIONS, BOOLEAN, into("echo"))),
	...SAMPLING_FIELDS,
	own(runBy(["input"], EMBEDDINGS, TEXTS, (input, draft) => into("input")(draft, input))),
	own(
		run(["encoding_format"], EMBEDDINGS, oneOf("float", "base64"), (draft, format: string) => {
			draft.base64 = format === "base64";
		}),
	),
	run(["dimensions"], EMBEDDINGS, integerFrom(1), into("dimensions")),
	...RESPONSES_FIELDS,
	harmless(ALL, "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"),
	own(harmless(GENERATED, "stream_options")),
	harmless(BOTH, "guided_decoding_backend"),
	{ names: ["stream"], forms: ALL, does: "refused", takes: "false", own: true, read: refuseStream },
	{
		...{ names: ["best_of"], forms: BOTH, does: "refused", takes: "the same as `n`" },
		read: (best, draft, name) => {
			if (typeof best !== "number") throw unsupported(name, best, 'only the same as "n"');
			draft.bestOf = best;
		},
	},
	{
		...{ names: ["suffix"], forms: COMPLETIONS, does: "refused", takes: "an empty text" },
		read: (suffix, _, name) => {
			if (suffix !== "") throw unsupported(name, suffix, "leave it out: no engine fills in the middle");
		},
	},
];

/** The fields of each kind of body by their names. */
export const FIELDS_OF: ReadonlyMap<RequestKind, ReadonlyMap<string, Field>> = new Map(
	Object.entries(URLS).map(([form, url]) => [url, fieldsOf(form as Form)]),
);

/** Those of some fields that a form may have, by their names; a later one takes the place of an earlier one. */
export function fieldsOf(form: GatewayForm, all: readonly Field[] = FIELDS): ReadonlyMap<string, Field> {
	const fields = all.filter(({ forms }) => forms.includes(form));
	return new Map(fields.flatMap((field) => field.names.map((name) => [name, field] as const)));
}

function refuseStream(stream: unknown): void {
	if (stream === false) return;
	const text = 'a line of a batch cannot have "stream": true';
	if (stream === true) throw new BadRequest("stream_not_supported", text, "stream");
	throw new BadRequest("invalid_request", '"stream" takes true or false', "stream");
}
