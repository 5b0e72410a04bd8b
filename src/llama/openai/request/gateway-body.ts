import { type GatewayKind, NATIVE, NATIVE_EMBEDDING, type RequestKind } from "../kind.ts";
import type { Defaults, ParsedBody, ParsedGatewayBody } from "../task.ts";
import { type Body, passedOn, understood } from "./body.ts";
import { GATEWAY_FIELDS_OF } from "./fields/gateway-fields.ts";
import { type Fields, readFields } from "./read-fields.ts";
import type { Draft } from "./values/draft.ts";

export type { GatewayKind } from "../kind.ts";
export type { ParsedGatewayBody } from "../task.ts";

/** Fields that are a gateway's own business, whatever its engines are. */
const OWN = ["stream", "stream_options", "priority"];
/** OpenAI's form of what llama.cpp has a form of its own for. */
const OPENAI = { [NATIVE]: "/v1/completions", [NATIVE_EMBEDDING]: "/v1/embeddings" } as const;

/**
 * Reads the body of a request to a gateway, as `parseBody` reads a batch's; it may also be wanted in pieces, before
 * others, or in llama.cpp's own form.
 *
 * @param id Of the request: where it has no seed of its own, that of the defaults and this give it one.
 *
 * @throws {BadRequest} for what cannot be done as it is asked for.
 */
export function parseGatewayBody(
	body: Body,
	kind: GatewayKind,
	id: number,
	defaults: Defaults,
): ParsedGatewayBody {
	const draft: Draft = { sampling: {}, chat: {} };
	const fields = GATEWAY_FIELDS_OF.get(kind) as Fields;
	const form = OPENAI[kind as keyof typeof OPENAI] as RequestKind | undefined;
	// No endpoint knows llama.cpp's forms: it gets what becomes of the fields.
	const parsed =
		defaults.endpoint === true && form === undefined
			? split(body, kind as RequestKind, id, { defaults, draft, fields })
			: understood(body, form ?? (kind as RequestKind), id, { defaults, draft, fields });
	const { stream = false, includeUsage = false, priority = 0, responseFields } = draft;
	const whole = { ...parsed, stream, includeUsage, priority };
	return responseFields === undefined ? whole : { ...whole, responseFields };
}

/** What is the gateway's own is read; all else goes to the endpoint as it came. */
function split(
	body: Body,
	kind: RequestKind,
	id: number,
	{
		defaults,
		draft,
		fields,
	}: { readonly defaults: Defaults; readonly draft: Draft; readonly fields: Fields },
): ParsedBody {
	const entries = Object.entries(body);
	readFields(Object.fromEntries(entries.filter(([name]) => OWN.includes(name))), fields, draft, false);
	const rest = Object.fromEntries(entries.filter(([name]) => !OWN.includes(name)));
	return passedOn(rest, kind, id, defaults);
}
