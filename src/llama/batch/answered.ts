import { JobError } from "../errors.ts";
import { type BadLine, type BatchRequest, fingerprintOf, isBatch } from "./files/request.ts";
import type { Entry, Input } from "./input/input.ts";
import { type KeyEntry, KeyTable, sameFingerprint } from "./output/key-table.ts";
import type { Output } from "./output/output.ts";
import { keyOf } from "./output/read-answer-line.ts";

/** Which requests of an input have an answer already, from an earlier run or as lines before in the file. */
export class Answered {
	readonly #input: Input;
	readonly #table = new KeyTable();
	/** There are old answers to be found. Else only requests with an id of their own can be there twice. */
	#resumes = false;
	#retried = 0;
	#skipped = 0;
	#failed = 0;

	constructor(input: Input) {
		this.#input = input;
	}

	/**
	 * Reads the answers of earlier runs.
	 *
	 * @throws {JobError} if the file has other lines than answers, or an answered request has another body now.
	 */
	async readOld(output: Output, retryFailed: boolean): Promise<void> {
		this.#resumes = true;
		this.#retried = await output.readOld(this.#table, retryFailed);
		if (this.#table.size > 0) await this.#refuseOtherBodies(output.path);
	}

	/** Answers that were found in the output. */
	get found(): number {
		return this.#table.size;
	}

	/** Requests that failed before and are run again. */
	get retried(): number {
		return this.#retried;
	}

	/** Requests that were left out since `rewind`, and those of them whose answer is a failure. */
	get skipped(): { readonly all: number; readonly failed: number } {
		return { all: this.#skipped, failed: this.#failed };
	}

	/** Where a request stands in the input. */
	placeOf(key: string): number | undefined {
		return this.#table.get(key)?.place;
	}

	/** The input is read from its beginning again. */
	rewind(): void {
		this.#skipped = 0;
		this.#failed = 0;
		this.#table.forgetPlaces();
	}

	/** What must be run for an entry; undefined: it has its answer. */
	open(entry: Entry): BatchRequest | BadLine | undefined {
		const { request, number, line } = entry;
		if (!this.#resumes && !isBatch(request)) return request;
		const known = this.#table.get(keyOf(request));
		if (known?.place !== undefined && known.place !== request.id) {
			if (request.customId === null) return this.#skip(known);
			return this.open({ ...entry, request: duplicate(request, number, line, this.#input.where(number)) });
		}
		const { answered = false, failed = false } = known ?? {};
		this.#table.set(keyOf(request), request.fingerprint, { place: request.id, answered, failed });
		return answered ? this.#skip(known) : request;
	}

	#skip(known: KeyEntry | undefined): undefined {
		this.#skipped += 1;
		if (known?.failed === true) this.#failed += 1;
	}

	async #refuseOtherBodies(out: string): Promise<void> {
		for await (const entries of this.#input.entries()) {
			for (const { request, number } of entries) {
				const known = this.#table.get(keyOf(request));
				if (known === undefined || known.place !== undefined || !known.answered) continue;
				if (!sameFingerprint(known, request.fingerprint)) {
					throw otherBody(out, this.#input, request, number);
				}
				this.#table.set(keyOf(request), request.fingerprint, { ...known, place: request.id });
			}
		}
		this.#table.forgetPlaces();
	}
}

function otherBody(out: string, input: Input, request: BatchRequest | BadLine, number: number): JobError {
	const name = isBatch(request) ? `custom_id ${JSON.stringify(request.customId)}` : "the prompt";
	const where = input.where(number);
	return new JobError(
		`Cannot resume with ${out}: ${name} in ${where} has another body than when it was answered`,
	);
}

/** The answer of a custom_id belongs to its first line: this one ends as an error that has none. */
function duplicate(
	{ id, customId }: BatchRequest | BadLine,
	number: number,
	line: string,
	where: string,
): BadLine {
	return {
		id,
		batch: true,
		customId: null,
		fingerprint: fingerprintOf(`line ${number}`, line),
		...{ number, code: "duplicate_custom_id" },
		message: `Cannot run ${where}: its custom_id ${JSON.stringify(customId)} is that of an earlier line`,
	};
}
