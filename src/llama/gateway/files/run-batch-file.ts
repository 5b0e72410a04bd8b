import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { Batch } from "../../batch/batch.ts";
import { Feed } from "../../batch/feed.ts";
import type { BadLine, BatchRequest } from "../../batch/files/request.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import { GatewayLane } from "./gateway-lane.ts";

/** A file of requests, and where its answers go. */
export interface BatchFile {
	readonly input: string;
	/** What its sender calls it. */
	readonly name: string;
	/** Answers as they come. What is there already is not run again. */
	readonly answers: string;
	/** The only url that its lines may have. */
	readonly endpoint: string;
}

/** What runs a file. */
export interface BatchFileOptions {
	readonly gateway: Gateway;
	readonly defaults: Defaults;
	readonly model: () => string;
	/** An abort ends it early: what has no answer then has none. */
	readonly signal: AbortSignal;
	/** Told of each line that has been answered, or was before. */
	readonly onEnd: (ok: boolean) => void;
}

/**
 * Runs the requests of a file that have no answer yet.
 *
 * @throws {JobError} the file cannot be used, or the answers not be written.
 */
export async function runBatchFile(
	{ input, name, answers, endpoint }: BatchFile,
	{ gateway, defaults, model, signal, onEnd }: BatchFileOptions,
): Promise<void> {
	const batch = await Batch.open({
		...{ ...defaults, in: input, inFormat: "jsonl", out: answers, requests: undefined },
		...{ resume: true, retryFailed: false, ordered: false },
	});
	const fail = (line: BatchRequest | BadLine, rank: number | null, failure: Parameters<Batch["fail"]>[2]) => {
		onEnd(false);
		// Where the file lies is nobody else's business.
		return batch.fail(line, rank, { ...failure, message: failure.message.replaceAll(input, name) });
	};
	const feed = new Feed(new GatewayLane(gateway, model), {
		signal,
		refusal: ({ requestKind }) =>
			requestKind === endpoint
				? undefined
				: {
						...{ code: "invalid_url", param: "url" },
						message: `"url" is ${requestKind}: the batch's endpoint is ${endpoint}`,
					},
		onBadLine: (line) => fail(line, null, line),
		onEnd: (request, { rank, answer, failure }) => {
			if (failure !== undefined) return fail(request, rank, failure);
			onEnd(true);
			return batch.answer(request, rank, answer, model());
		},
	});
	try {
		await feed.run(batch.requests());
	} catch (error) {
		await batch.release();
		throw error;
	}
	await batch.close({ order: false });
}

/** How many lines a file has that are not empty. */
export async function countLines(path: string): Promise<number> {
	let count = 0;
	for await (const line of linesOf(path)) if (line.trim() !== "") count += 1;
	return count;
}

/** Parts answers from errors, as OpenAI's two files have them. */
export async function splitAnswers(
	answers: string,
	{ output, errors }: { readonly output: string; readonly errors: string },
): Promise<{ readonly completed: number; readonly failed: number }> {
	const [good, bad] = [output, errors].map((path) => createWriteStream(path, { mode: 0o600 }));
	let [completed, failed] = [0, 0];
	for await (const line of linesOf(answers)) {
		if (line === "") continue;
		const ok = isAnswer(line);
		if (ok) completed += 1;
		else failed += 1;
		const file = ok ? good : bad;
		if (file?.write(`${line}\n`) === false) await once(file, "drain");
	}
	await Promise.all([good, bad].map((file) => file && finished(file.end())));
	return { completed, failed };
}

function isAnswer(line: string): boolean {
	const { response } = JSON.parse(line) as { readonly response?: { readonly status_code?: number } };
	return response?.status_code === 200;
}

function linesOf(path: string): AsyncIterable<string> {
	return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}
