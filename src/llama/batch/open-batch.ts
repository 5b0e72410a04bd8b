import {
	BOOLEAN,
	checkOptions,
	integerFrom,
	type Kinds,
	listOf,
	oneOf,
	TEXT,
} from "../../base/check-types.ts";
import { ArgumentError } from "../../base/errors.ts";
import type { Mpi } from "../../index.ts";
import { JobError } from "../errors.ts";
import {
	SAMPLING_DEFAULT_KINDS,
	type SamplingDefaults,
	samplingDefaults,
} from "../openai/sampling-defaults.ts";
import { Batch } from "./batch.ts";
import { BUILT_IN_TOKENS } from "./files/built-in-prompts.ts";
import { IN_FORMATS, type InFormat } from "./files/in-format.ts";

/** The files of a job, and what its requests sample with. */
export interface OpenBatchOptions extends SamplingDefaults {
	/**
	 * The file of requests, or "-" for the standard input: OpenAI batch lines, JSON lines or an array with `prompt` or
	 * `messages`, a prompt per line, CSV, TSV or Parquet; plain, gzip or zstd. @default a dozen built-in prompts
	 */
	readonly in?: string | undefined;
	/** The file to which each answer is appended as it comes. @default the answers are not written */
	readonly out?: string | undefined;
	/** How many requests to run, going round plain prompts. @default each once */
	readonly requests?: number | undefined;
	/** What the file is. @default by its name, else by what is in it */
	readonly inFormat?: InFormat | undefined;
	/** The column or key that is the prompt. @default "prompt" */
	readonly promptField?: string | undefined;
	/** The prompt made of columns: "Translate: {text}"; `{{` is a brace. @default one column is the prompt */
	readonly promptTemplate?: string | undefined;
	/** Columns or keys that the answers repeat, besides `id` and `custom_id`. @default none */
	readonly keepFields?: readonly string[] | undefined;
	/** The system message of plain prompts, or "@" and the path of a file with it. @default none */
	readonly system?: string | undefined;
	/** Continue plain prompts as they are, without the model's chat template. @default false */
	readonly raw?: boolean | undefined;
	/** Leave out fields of requests that are not known, and count them, instead of failing the request. @default false */
	readonly ignoreUnknown?: boolean | undefined;
	/** Most tokens of an answer whose request does not say. @default the rest of the context; of built-in prompts 64 */
	readonly maxTokens?: number | undefined;
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
	inFormat: oneOf(...IN_FORMATS),
	promptField: TEXT,
	promptTemplate: TEXT,
	keepFields: listOf("a list of strings", TEXT),
	system: TEXT,
	raw: BOOLEAN,
	ignoreUnknown: BOOLEAN,
	endpoint: BOOLEAN,
	...SAMPLING_DEFAULT_KINDS,
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

async function checked(batch: Batch): Promise<Batch> {
	try {
		await batch.check();
		return batch;
	} catch (error) {
		await batch.release();
		throw error;
	}
}

async function tryToOpen(options: OpenBatchOptions): Promise<Batch | JobError | ArgumentError> {
	try {
		checkOptions("open a batch", options, KINDS);
		const { in: input, out, requests, seed = 1, endpoint = false, ignoreUnknown = false } = options;
		const { maxTokens = input === undefined ? BUILT_IN_TOKENS : undefined } = options;
		const { retryFailed = false, resume = retryFailed, ordered = false } = options;
		const { inFormat, promptField, promptTemplate, keepFields, system, raw } = options;
		const batch = await Batch.open({
			...{ inFormat, promptField, promptTemplate, keepFields, system, raw },
			...{ in: input, out, requests, maxTokens, ...samplingDefaults(options), seed },
			...{ endpoint, ignoreUnknown },
			...{ resume: resume || retryFailed, retryFailed, ordered },
		});
		return await checked(batch);
	} catch (error) {
		if (error instanceof JobError || error instanceof ArgumentError) return error;
		throw error;
	}
}
