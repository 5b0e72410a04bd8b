import { BadRequest, show } from "../bad-request.ts";
import type { RequestKind } from "../kind.ts";
import type { Defaults, EmbedTask, ParsedBody, Task } from "../task.ts";
import { FIELDS_OF } from "./fields/fields.ts";
import { generateTask } from "./generate-task.ts";
import { passOn, passOnTexts } from "./pass-on.ts";
import { type Fields, readFields } from "./read-fields.ts";
import type { Draft } from "./values/draft.ts";
import { inputsOf } from "./values/prompts.ts";

/** The body of a request. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a request. Each field is run, harmless, or an error that names it (docs/batch.md has the table);
 * for endpoints it is passed on as it came.
 *
 * @param id Of the request: where it has no seed of its own, that of the defaults and this give it one.
 *
 * @throws {BadRequest} for what cannot be done as it is asked for.
 */
export function parseBody(body: Body, kind: RequestKind, id: number, defaults: Defaults): ParsedBody {
	if (defaults.endpoint === true) {
		const { stream = false } = body;
		if (stream === false || stream === null || defaults.dropStream === true)
			return passedOn(body, kind, id, defaults);
		const text = `"stream" is ${show(stream)}: a line of a batch cannot have it`;
		throw new BadRequest("stream_not_supported", text, "stream");
	}
	const draft: Draft = { sampling: {}, chat: {} };
	return understood(body, kind, id, { defaults, draft, fields: FIELDS_OF.get(kind) as Fields });
}

/** A body of which every field is a known one; the draft then has them all. */
export function understood(
	body: Body,
	kind: RequestKind,
	id: number,
	{
		defaults,
		draft,
		fields,
	}: { readonly defaults: Defaults; readonly draft: Draft; readonly fields: Fields },
): ParsedBody {
	readFields(body, fields, draft, defaults.ignoreUnknown === true);
	const task = kind === "/v1/embeddings" ? embedTask(draft) : generateTask(draft, kind, id, defaults);
	const { model, ignored } = draft;
	return {
		task,
		...(model === undefined ? {} : { model }),
		...(ignored === undefined ? {} : { ignored }),
	};
}

/** A body whose fields go to an endpoint as they came. */
export function passedOn(body: Body, kind: RequestKind, id: number, defaults: Defaults): ParsedBody {
	const { model } = body;
	const task: Task = kind === "/v1/embeddings" ? passOnTexts(body) : passOn(body, kind, id, defaults);
	return { task, ...(typeof model === "string" ? { model } : {}) };
}

function embedTask({ input, base64 = false, dimensions }: Draft): EmbedTask {
	return {
		...{ kind: "embed", texts: inputsOf(input), base64 },
		...(dimensions === undefined ? {} : { dimensions }),
	};
}
