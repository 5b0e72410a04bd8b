import { BOOLEAN, checkOptions, integerFrom, type Kinds, numberFrom, TEXT } from "../../base/check-types.ts";
import { ArgumentError } from "../../base/errors.ts";
import type { Mpi } from "../../index.ts";
import { JobError } from "../errors.ts";
import { Batch } from "./batch.ts";
import { touch } from "./files/touch.ts";

/** The files of a job, and what its requests sample with. */
export interface OpenBatchOptions {
	/**
	 * The file of requests: OpenAI batch lines, JSONL with `prompt` or `messages`, or a prompt per line. @default a dozen
	 * built-in prompts
	 */
	readonly in?: string | undefined;
	/** The file to which each answer is appended as it comes. @default the answers are not written */
	readonly out?: string | undefined;
	/** How many requests to run, going round plain prompts. @default each once */
	readonly requests?: number | undefined;
	/** Most tokens of an answer whose request does not say. @default 64 */
	readonly maxTokens?: number | undefined;
	/** Of requests that do not say; 0 always takes the likeliest token. @default 0.8 */
	readonly temperature?: number | undefined;
	/** Request i samples with seed + i where it does not say. @default 1 */
	readonly seed?: number | undefined;
	/** Go on from the answers that `out` has: only what has none is run. Else they are moved to a file beside it. @default false */
	readonly resume?: boolean | undefined;
	/** As `resume`, and run again what failed before. @default false */
	readonly retryFailed?: boolean | undefined;
	/** Put the answers in the order of the input at the end; those of plain prompts always are. @default false */
	readonly ordered?: boolean | undefined;
}

const KINDS: Kinds<OpenBatchOptions> = {
	in: TEXT,
	out: TEXT,
	requests: integerFrom(1, 2 ** 32 - 1),
	maxTokens: integerFrom(1),
	temperature: numberFrom(0, 100),
	seed: integerFrom(0, 2 ** 32 - 1),
	resume: BOOLEAN,
	retryFailed: BOOLEAN,
	ordered: BOOLEAN,
};

/**
 * Opens the files of a job on rank 0, whose options count. Collective: if it fails there, it rejects on every rank.
 *
 * @returns The batch on rank 0, undefined elsewhere.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or has a value that it cannot have.
 * @throws {JobError} if a file cannot be used.
 */
export async function openBatch(
	{ world }: Pick<Mpi, "world">,
	options: OpenBatchOptions = {},
): Promise<Batch | undefined> {
	const opened = world.rank === 0 ? await tryToOpen(options) : undefined;
	const failed = opened instanceof Batch ? undefined : opened;
	const exitCode = failed instanceof JobError ? failed.exitCode : undefined;
	const told = await world.bcast(failed && { text: failed.message, exitCode });
	if (failed !== undefined) throw failed;
	if (told !== undefined) {
		throw told.exitCode === undefined
			? new ArgumentError("ERR_ARG", told.text)
			: new JobError(told.text, told.exitCode);
	}
	return opened instanceof Batch ? opened : undefined;
}

async function tryToOpen(options: OpenBatchOptions): Promise<Batch | JobError | ArgumentError> {
	try {
		checkOptions("open a batch", options, KINDS);
		const { in: input, out, requests, maxTokens = 64, temperature = 0.8, seed = 1 } = options;
		const { retryFailed = false, resume = retryFailed, ordered = false } = options;
		if (out !== undefined) await touch(out);
		return await Batch.open({
			...{ in: input, out, requests, maxTokens, temperature, seed },
			...{ resume: resume || retryFailed, retryFailed, ordered },
		});
	} catch (error) {
		if (error instanceof JobError || error instanceof ArgumentError) return error;
		throw error;
	}
}
