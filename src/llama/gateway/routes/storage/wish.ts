import { BadRequest, show } from "../../../openai/bad-request.ts";
import { REQUEST_KINDS } from "../../../openai/kind.ts";
import type { BatchWish } from "../../files/batch-store.ts";
import { keptSeconds } from "../../files/expires-after.ts";

const FIELDS = new Set([
	...["input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"],
]);
const MOST_HOURS = 500;
/** OpenAI's. */
const METADATA = { pairs: 16, name: 64, value: 512 };

/**
 * What the body of a request for a new batch asks for.
 *
 * @throws {BadRequest} it cannot be had.
 */
export function wishOf(body: Readonly<Record<string, unknown>>): BatchWish {
	for (const name of Object.keys(body)) {
		if (!FIELDS.has(name)) throw new BadRequest("unknown_parameter", `"${name}" is not known here`, name);
	}
	const { input_file_id: inputFileId, endpoint, completion_window: window, output_expires_after } = body;
	if (typeof inputFileId !== "string") throw wrong("input_file_id", inputFileId, "the id of a file");
	const kind = REQUEST_KINDS.find((each) => each === endpoint);
	if (kind === undefined) throw wrong("endpoint", endpoint, `one of ${REQUEST_KINDS.join(", ")}`);
	const hours = typeof window === "string" ? Number(/^(\d{1,3})h$/.exec(window)?.[1]) : Number.NaN;
	if (!(hours >= 1 && hours <= MOST_HOURS))
		throw wrong("completion_window", window, `hours from "1h" to "${MOST_HOURS}h", such as "24h"`);
	return {
		...{ inputFileId, endpoint: kind, completionWindow: `${window}`, windowSeconds: hours * 3600 },
		outputSeconds:
			output_expires_after === undefined || output_expires_after === null
				? undefined
				: keptSeconds(output_expires_after, "output_expires_after"),
		metadata: metadataOf(body.metadata),
	};
}

function metadataOf(metadata: unknown): BatchWish["metadata"] {
	if (metadata === undefined || metadata === null) return null;
	const { pairs, name, value } = METADATA;
	const takes = `at most ${pairs} texts of ${value} characters, with names of ${name}`;
	if (typeof metadata !== "object" || Array.isArray(metadata)) throw wrong("metadata", metadata, takes);
	const entries: (readonly [string, unknown])[] = Object.entries(metadata);
	if (entries.length > pairs || entries.some(([key]) => key.length > name))
		throw wrong("metadata", metadata, takes);
	for (const [key, each] of entries) {
		if (typeof each !== "string" || each.length > value) throw wrong(`metadata.${key}`, each, takes);
	}
	return metadata as BatchWish["metadata"];
}

/** A field has a value that it cannot have. */
export function wrong(param: string, value: unknown, takes: string): BadRequest {
	return new BadRequest("invalid_request", `"${param}" is ${show(value)}: it takes ${takes}`, param);
}
