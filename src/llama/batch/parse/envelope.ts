import { BadRequest, show } from "../../openai/bad-request.ts";
import { REQUEST_KINDS, type RequestKind } from "../../openai/kind.ts";
import { parseBody } from "../../openai/request/body.ts";
import { sizeOf } from "../../openai/task.ts";
import { type BatchRequest, canonicalJson, fingerprintOf } from "../files/request.ts";
import { isDataSet, type LineOptions } from "./line-options.ts";
import type { Identity, Place } from "./place.ts";
import { priorityOf } from "./priority.ts";
import type { LineRecord } from "./record.ts";

/**
 * Whether a line is of OpenAI's batch form. A data set has columns such as `url` and `body`, too, and a plain line may
 * have a `custom_id`.
 */
export function isEnvelope(
	line: LineRecord,
	options: Pick<LineOptions, "promptField" | "template">,
): boolean {
	const isNamed = Object.hasOwn(line, "custom_id");
	if (isObject(line.body)) return isNamed || !isDataSet(options);
	return isNamed && Object.hasOwn(line, "url") && !isDataSet(options);
}

/** @throws {BadRequest} for what cannot be run. */
export function envelopeRequest(line: LineRecord, place: Place, options: LineOptions): BatchRequest {
	const { custom_id: customId, method = "POST", url, body } = line;
	if (!isCustomId(customId)) {
		const text = `"custom_id" is ${show(customId)}: it takes a text`;
		throw new BadRequest("invalid_custom_id", text, "custom_id");
	}
	if (method !== "POST") {
		throw new BadRequest("invalid_method", `"method" is ${show(method)}: only "POST"`, "method");
	}
	const requestKind = kindOf(url);
	if (requestKind === undefined) {
		const text = `"url" is ${show(url)}: only what ends in ${ENDINGS.join(", ")}`;
		throw new BadRequest("invalid_url", text, "url");
	}
	if (!isObject(body)) {
		throw new BadRequest("invalid_request", `"body" is ${show(body)}: it takes an object`, "body");
	}
	// Before all else, since this is what refuses a body that is nested too deep for others.
	const fingerprint = envelopeFingerprint(customId, url, body);
	const { task, model, ignored } = parseBody(body, requestKind, place.id, options);
	return {
		...{
			id: place.id,
			requestKind,
			task,
			customId,
			...sizeOf(task),
			priority: priorityOf(line),
			fingerprint,
		},
		...(model === undefined ? {} : { model }),
		...(ignored === undefined ? {} : { ignored }),
	};
}

/** By what the error of a line is known. */
export function envelopeIdentity({ custom_id: customId, url, body }: LineRecord): Identity {
	if (!isCustomId(customId)) {
		const isShown = ["string", "number", "boolean"].includes(typeof customId);
		return {
			batch: true,
			customId: null,
			...(isShown ? { shownId: customId as string | number | boolean } : {}),
		};
	}
	const identity = { batch: true, customId };
	try {
		return { ...identity, fingerprint: envelopeFingerprint(customId, url, body) };
	} catch {
		return identity;
	}
}

const ENDINGS = REQUEST_KINDS.map((kind) => kind.replace("/v1", ""));

/** What a line's `url` asks for. Providers put different things before what they all have from OpenAI. */
export function kindOf(url: unknown): RequestKind | undefined {
	if (typeof url !== "string") return undefined;
	const path = url.replace(/[?#].*$/s, "").replace(/\/$/, "");
	const index = ENDINGS.findIndex((ending) => path.endsWith(ending));
	return REQUEST_KINDS[index];
}

function envelopeFingerprint(customId: string, url: unknown, body: unknown): string {
	return fingerprintOf(
		customId,
		typeof url === "string" ? url : canonicalJson(url),
		canonicalJson(body ?? null),
	);
}

function isCustomId(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is LineRecord {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
