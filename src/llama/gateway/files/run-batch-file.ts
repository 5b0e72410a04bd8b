import { Batch } from "../../batch/batch.ts";
import { Feed } from "../../batch/feed.ts";
import type { BadLine, BatchRequest } from "../../batch/files/request.ts";
import type { Failure } from "../../openai/failure.ts";
import type { Defaults } from "../../openai/task.ts";
import type { Gateway } from "../core/gateway.ts";
import { BatchLane } from "./batch-lane.ts";

/** A file of requests, and where its answers go. */
export interface BatchFile {
	readonly input: string;
	/** What its sender calls it. */
	readonly name: string;
	/** Answers as they come. What is there already is not run again. */
	readonly answers: string;
	readonly defaults: Defaults;
}

/** What runs a file. */
export interface BatchFileOptions {
	readonly gateway: Gateway;
	/** The served model's name. */
	readonly model: () => string;
	/** Why a request cannot be run that asks for this model. */
	readonly refuseModel: (asked: string | undefined) => Failure | undefined;
	/** An abort ends it early: what has no answer then has none. */
	readonly signal: AbortSignal;
	/** Told of each line that has been answered. */
	readonly onEnd: (ok: boolean) => void;
}

/**
 * Runs the requests of a file that have no answer yet.
 *
 * @throws {JobError} the file cannot be used, or the answers not be written.
 */
export async function runBatchFile(
	file: BatchFile,
	{ gateway, model, refuseModel, signal, onEnd }: BatchFileOptions,
): Promise<void> {
	const batch = await open(file);
	const fail = (line: BatchRequest | BadLine, rank: number | null, failure: Failure) => {
		onEnd(false);
		// Where the file lies is nobody else's business.
		const message = failure.message.replaceAll(file.input, file.name);
		return batch.fail(line, rank, { ...failure, message });
	};
	const lane = new BatchLane(gateway, model);
	const feed = new Feed(lane, {
		signal,
		refusal: (request) => refuseModel(request.model),
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
	} finally {
		lane.close();
	}
	await batch.close({ order: false });
}

/** The error lines of the requests of a file that have no answer, and will have none. */
export async function* expiredLines(file: BatchFile): AsyncGenerator<string> {
	const batch = await open(file);
	try {
		for await (const requests of batch.requests()) {
			for (const { customId, fingerprint } of requests) yield expiredLine(customId, fingerprint);
		}
	} finally {
		await batch.release();
	}
}

function open({ input, answers, defaults }: BatchFile): Promise<Batch> {
	return Batch.open({
		...{ ...defaults, in: input, inFormat: "jsonl", out: answers, requests: undefined },
		...{ resume: true, retryFailed: false, ordered: false },
	});
}

/** In OpenAI's words. */
function expiredLine(customId: string | null, fingerprint: string): string {
	const message = "This request could not be executed before the completion window expired.";
	return JSON.stringify({
		...{ id: `batch_req_${fingerprint}`, custom_id: customId, response: null },
		error: { code: "batch_expired", message },
	});
}
