import { TsmpiError } from "../base/errors.ts";

/** What went wrong with an engine, as a string for a `switch`. */
export type EngineErrorCode =
	/** node-llama-cpp is not installed, or llama-server cannot be found or run. */
	| "ERR_ENGINE_MISSING"
	/** The model file is missing, damaged or not for this llama.cpp. */
	| "ERR_MODEL"
	/** The device that was asked for is not there. */
	| "ERR_DEVICE"
	/** llama.cpp could not load the model or make its context. */
	| "ERR_ENGINE_LOAD"
	/** The engine's process ended while it was needed. */
	| "ERR_ENGINE_DIED"
	/** The server of an endpoint cannot be reached, answered with an error, or its URL cannot be used. */
	| "ERR_ENDPOINT"
	/** A request took longer than `requestTimeout`. */
	| "ERR_TIMEOUT"
	/** `close()` was called. */
	| "ERR_ENGINE_CLOSED"
	/** The prompt does not fit the context. */
	| "ERR_PROMPT_TOO_LONG"
	/** The prompt cannot be used: empty, or refused by the model's chat template. */
	| "ERR_PROMPT"
	/** The server behind the engine refused the request as it stands: a field that it does not know, a wrong value. */
	| "ERR_REQUEST"
	/** The engine cannot do what the request asks for; the text says which can. */
	| "ERR_UNSUPPORTED"
	/** llama.cpp failed while it generated, or ended a request without a result. */
	| "ERR_GENERATE";

/** What else an EngineError says. */
export interface EngineErrorOptions extends ErrorOptions {
	/** See `EngineError.outOfMemory`. @default false */
	readonly outOfMemory?: boolean;
	/** See `EngineError.param`. */
	readonly param?: string | undefined;
}

/** What an engine's operations reject with. */
export class EngineError extends TsmpiError<EngineErrorCode> {
	// Private, so that it stays out of how the error is printed.
	readonly #outOfMemory: boolean;
	readonly #param: string | undefined;

	constructor(code: EngineErrorCode, message: string, options: EngineErrorOptions = {}) {
		super(code, message, options);
		this.#outOfMemory = options.outOfMemory ?? false;
		this.#param = options.param;
	}

	/** Memory was short, the host's or a GPU's: less context, fewer slots or fewer layers on the GPU may fit. */
	get outOfMemory(): boolean {
		return this.#outOfMemory;
	}

	/** What is to blame in a request in OpenAI's form: "tools", "messages[0].content". */
	get param(): string | undefined {
		return this.#param;
	}

	/** The error as it travels between processes and ranks, where classes do not. */
	toData(): EngineErrorData {
		const { code, message, outOfMemory, param } = this;
		return { code, message, outOfMemory, ...(param === undefined ? {} : { param }) };
	}

	/** The error that `toData` described, with what else is known here. */
	static from({ code, message, ...rest }: EngineErrorData, options?: ErrorOptions): EngineError {
		return new EngineError(code, message, { ...options, ...rest });
	}
}

/** An EngineError as plain data. */
export interface EngineErrorData {
	/** What went wrong. */
	readonly code: EngineErrorCode;
	/** The error's text. */
	readonly message: string;
	/** See `EngineError.outOfMemory`. */
	readonly outOfMemory: boolean;
	/** See `EngineError.param`. */
	readonly param?: string;
}

/** What kind of mistake ends a job. */
export type JobErrorCode =
	/** The command line, or an option of a library call, cannot be used. */
	| "ERR_USAGE"
	/** Anything else: a file, an engine, a model, a target that was missed. */
	| "ERR_JOB";

/** A job cannot go on, and every rank knows it: a wrong option, an unreadable file, an engine that cannot load. */
export class JobError extends TsmpiError<JobErrorCode> {
	/** What the job's processes exit with: 2 for a mistake on the command line, else 1. */
	readonly exitCode: number;

	constructor(message: string, exitCode = 1, options?: ErrorOptions) {
		super(exitCode === 2 ? "ERR_USAGE" : "ERR_JOB", message, options);
		this.exitCode = exitCode;
	}
}

/** The error of a file of a job that cannot be written. */
export function cannotWrite(path: string, error: unknown): JobError {
	return new JobError(`Cannot write ${path}: ${reasonOf(error)}`, 1, { cause: error });
}

/** The text of anything that was thrown, on one line. */
export function reasonOf(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text.replace(/\s*\n\s*/g, "; ").trim();
}
