import { type BadLine, isRequest } from "../../batch/files/request.ts";
import { Input } from "../../batch/input/input.ts";
import { isMessages } from "../../engine/prompt.ts";
import { promptsFor, type Task } from "../../openai/task.ts";
import type { LoadOptions } from "../command-line/options.ts";
import type { BadItem, Body, LoadRequest, Workload } from "./workload.ts";

/** What a line of a file says. It travels between ranks. */
export type FileItem = LoadRequest | BadItem;

/** What is used of the options. */
export type FileOptions = Pick<
	LoadOptions,
	| "in"
	| "inFormat"
	| "promptField"
	| "promptTemplate"
	| "requests"
	| "route"
	| "seed"
	| "temperature"
	| "maxTokens"
>;

/**
 * Reads the requests of a file: with `requests`, only so many.
 *
 * @throws {JobError} if it cannot be read, or has no request.
 */
export async function readItems(options: FileOptions): Promise<FileItem[]> {
	const { requests = Number.POSITIVE_INFINITY, route, inFormat, promptField, promptTemplate } = options;
	const { seed, temperature } = options;
	const input = await Input.open({
		...{ in: options.in, inFormat, promptField, promptTemplate, requests: undefined, again: true },
		...{
			seed,
			temperature,
			maxTokens: options.maxTokens?.least,
			endpoint: true,
			dropStream: true,
			raw: route === "completions",
		},
	});
	try {
		await input.check();
		const items: FileItem[] = [];
		for await (const portion of input.entries()) {
			for (const { request } of portion) {
				if (items.length >= requests) return items;
				items.push(isRequest(request) ? sentFor(request.task, request.model) : badItem(request));
			}
		}
		return items;
	} finally {
		input.close();
	}
}

/** What is sent of a file besides its lines. */
export interface FileWorkloadOptions {
	/** How many requests, going round the items; may be infinity. */
	readonly sessions: number;
	/** Fields of requests that do not have them. */
	readonly defaults: Body;
	/** Fields of all requests. */
	readonly fixed: Body;
}

/** The items one after the other, and again from the first. */
export function fileWorkload(
	items: readonly FileItem[],
	{ sessions, defaults, fixed }: FileWorkloadOptions,
): Workload {
	return {
		sessions,
		turns: 1,
		session: (index) => {
			const item = items[((index % items.length) + items.length) % items.length];
			if (item === undefined) throw new RangeError("a file without requests");
			return {
				turns: 1,
				request: () => ("path" in item ? { ...item, body: { ...defaults, ...item.body, ...fixed } } : item),
			};
		},
	};
}

function badItem({ code, message, param, number }: BadLine): BadItem {
	return { code, message, number, ...(param === undefined ? {} : { param }) };
}

function sentFor(task: Task, model: string | undefined): LoadRequest {
	const named = model === undefined ? {} : { model };
	if (task.kind === "embed") {
		return { path: "/v1/embeddings", body: { ...task.body, ...named, input: task.texts } };
	}
	const { body, n, echo, seed, maxTokens, temperature } = task;
	const prompts = promptsFor(task, {});
	const [first = ""] = prompts;
	return {
		path: isMessages(first) ? "/v1/chat/completions" : "/v1/completions",
		body: {
			...body,
			...named,
			...(isMessages(first) ? { messages: first } : { prompt: prompts.length === 1 ? first : prompts }),
			...(n === undefined ? {} : { n }),
			...(echo === undefined ? {} : { echo }),
			...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
			...(temperature === undefined ? {} : { temperature }),
			seed,
		},
	};
}
