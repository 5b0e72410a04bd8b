import { setImmediate as nextTurn } from "node:timers/promises";
import { Answered } from "../../batch/answered.ts";
import { isRequest } from "../../batch/files/request.ts";
import { type Entry, Input } from "../../batch/input/input.ts";
import { kindOf } from "../../batch/parse/envelope.ts";
import { show } from "../../openai/bad-request.ts";
import type { Defaults } from "../../openai/task.ts";
import type { BatchError } from "./batch-object.ts";

/** Wrong lines that are named. */
const MOST_ERRORS = 100;

/** What a look at a file of requests has found. */
export interface Checked {
	/** Requests in it. */
	readonly total: number;
	/** What keeps it from being run; empty if nothing does. */
	readonly errors: readonly BatchError[];
}

/** A file of requests. */
export interface CheckOptions {
	/** The only url that its lines may have. */
	readonly endpoint: string;
	readonly defaults: Defaults;
	/** An abort ends the look early. */
	readonly signal: AbortSignal;
}

/**
 * Looks whether each line of a file is a request of OpenAI's batch form. What is wrong with the body of one keeps nobody
 * else from being run: its answer is an error.
 *
 * @throws {JobError} the file cannot be read, or has no lines.
 */
export async function checkBatchFile(
	path: string,
	{ endpoint, defaults, signal }: CheckOptions,
): Promise<Checked> {
	const input = await Input.open({ ...defaults, in: path, inFormat: "jsonl", requests: undefined });
	const answered = new Answered(input);
	const errors: BatchError[] = [];
	let [total, wrong] = [0, 0];
	for await (const entries of input.entries()) {
		for (const entry of entries) {
			total += 1;
			const problem = problemOf(entry, answered, endpoint);
			if (problem === undefined) continue;
			wrong += 1;
			if (errors.length < MOST_ERRORS) errors.push({ ...problem, line: entry.number });
		}
		if (signal.aborted) break;
		// Clients wait for answers meanwhile.
		await nextTurn();
	}
	if (wrong > errors.length) {
		const message = `${wrong - errors.length} more lines cannot be run`;
		errors.push({ code: "more_errors", message, param: null, line: null });
	}
	return { total, errors };
}

type Problem = Omit<BatchError, "line">;

function problemOf(entry: Entry, answered: Answered, endpoint: string): Problem | undefined {
	// Only a line without an id of its own is left out.
	const line = answered.open(entry) ?? entry.request;
	if (isRequest(line)) {
		return line.requestKind === endpoint ? undefined : envelopeProblem(entry.line, endpoint);
	}
	if (line.code !== "duplicate_custom_id") return envelopeProblem(entry.line, endpoint);
	const shown = show(entry.request.customId);
	return problem("duplicate_custom_id", `"custom_id" is ${shown}, as in an earlier line`, "custom_id");
}

function envelopeProblem(text: string, endpoint: string): Problem | undefined {
	const line = parse(text);
	if (!isObject(line)) return problem("invalid_json_line", "This line is no object of JSON", null);
	const { custom_id: customId, method = "POST", url, body } = line;
	for (const name of ["custom_id", "url", "body"]) {
		if (line[name] === undefined) return problem("missing_required_parameter", `"${name}" is missing`, name);
	}
	if (typeof customId !== "string" || customId === "") {
		return problem("invalid_custom_id", `"custom_id" is ${show(customId)}: it takes a text`, "custom_id");
	}
	if (method !== "POST")
		return problem("invalid_method", `"method" is ${show(method)}: only "POST"`, "method");
	if (kindOf(url) !== endpoint) {
		const message = `"url" is ${show(url)}: the endpoint of the batch is ${endpoint}`;
		return problem("invalid_url", message, "url");
	}
	if (!isObject(body))
		return problem("invalid_request", `"body" is ${show(body)}: it takes an object`, "body");
	return undefined;
}

function problem(code: string, message: string, param: string | null): Problem {
	return { code, message, param };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
