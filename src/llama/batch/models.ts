import { basename, resolve } from "node:path";
import { Latch } from "../../base/latch.ts";
import { Dispatcher, type DispatcherOptions } from "../dispatch/dispatcher.ts";
import type { Replica } from "../dispatch/replica.ts";
import type { SubmitOptions } from "../dispatch/submission.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import { show } from "../openai/bad-request.ts";
import type { Failure } from "../openai/failure.ts";
import type { BatchRequest } from "./files/request.ts";

/** How a request may call the model of a rank. */
export interface ModelNames {
	/** Path of the file that is loaded. */
	readonly path: string;
	/** As the command line has it. */
	readonly given?: string | undefined;
	/** The name that the file says is the model's. */
	readonly own?: string | undefined;
}

/** A model and the ranks that run it. */
interface Model {
	readonly names: ModelNames;
	readonly dispatcher: Dispatcher;
}

/**
 * Hands out requests to the ranks that run their model. Where all ranks run one, every request is its, whatever it
 * asks for; of several a request must name one.
 */
export class Models {
	readonly #options: DispatcherOptions;
	/** By the path that is loaded, or all of it under one. */
	readonly #models = new Map<string, Model>();
	readonly #byRank = new Map<number, Model>();
	/** Of the models that have been found by what a request calls them. */
	readonly #found = new Map<string, Model>();
	readonly #watched = new Set<Dispatcher>();
	readonly #handedOut = new Latch();

	constructor(options: DispatcherOptions) {
		this.#options = options;
	}

	/** A rank takes part, with a model of its own if it has names. */
	join(replica: Replica, names: ModelNames | undefined): void {
		const key = names === undefined ? "" : resolve(names.path);
		const model = this.#models.get(key) ?? {
			names: names ?? { path: "" },
			dispatcher: new Dispatcher(this.#options),
		};
		this.#models.set(key, model);
		this.#byRank.set(replica.rank, model);
		model.dispatcher.join(replica);
	}

	/** Why a request cannot be run: it names no model of several, or none of them. */
	refusal({ model }: BatchRequest): Failure | undefined {
		if (this.#models.size < 2 || (model !== undefined && this.#find(model) !== undefined)) return undefined;
		const called = model === undefined ? [] : this.#called(model);
		const have = `this job runs ${this.#list()}`;
		const message =
			model === undefined
				? `It names no model: ${have}`
				: called.length > 1
					? `"model" is ${show(model)}, and ${called.length} models are called so: ${have}`
					: `"model" is ${show(model)}: ${have}`;
		return { code: "model_not_found", message, param: "model" };
	}

	/** Takes a request for which there is no `refusal`. */
	submit(request: BatchRequest, options: SubmitOptions): void {
		const [only] = this.#models.values();
		const model = this.#models.size === 1 ? only : this.#find(request.model ?? "");
		if (model === undefined) throw new Error(`No model for request ${request.id}`);
		model.dispatcher.submit(request, options);
	}

	cancel(id: number): boolean {
		return this.#dispatchers.some((dispatcher) => dispatcher.cancel(id));
	}

	get queued(): number {
		return this.#dispatchers.reduce((sum, { queued }) => sum + queued, 0);
	}

	/** Requests that were handed out again. */
	get requeued(): number {
		return this.#dispatchers.reduce((sum, { counts }) => sum + counts.requeued, 0);
	}

	/** Resolves when some model's requests have been handed out. */
	handedOut(): Promise<void> {
		const promise = this.#handedOut.wait();
		for (const dispatcher of this.#dispatchers) {
			// A model that is idle must not collect waiters.
			if (this.#watched.has(dispatcher)) continue;
			this.#watched.add(dispatcher);
			void dispatcher.handedOut().then(() => {
				this.#watched.delete(dispatcher);
				this.#handedOut.open();
			});
		}
		return promise;
	}

	inputEnded(): void {
		for (const dispatcher of this.#dispatchers) dispatcher.inputEnded();
	}

	/** Stops all ranks at the same time: they compare their clocks. */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		const closed = await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.close()));
		return new Map(closed.flatMap((statistics) => [...statistics]));
	}

	get #dispatchers(): Dispatcher[] {
		return [...this.#models.values()].map(({ dispatcher }) => dispatcher);
	}

	#find(name: string): Model | undefined {
		const known = this.#found.get(name);
		if (known !== undefined) return known;
		const [model, ...others] = this.#called(name);
		if (model === undefined || others.length > 0) return undefined;
		this.#found.set(name, model);
		return model;
	}

	/** By the most exact kind of name that there is. */
	#called(name: string): Model[] {
		for (const namesOf of NAMES) {
			const models = [...this.#models.values()].filter(({ names }) => namesOf(names).includes(name));
			if (models.length > 0) return models;
		}
		return [];
	}

	#list(): string {
		return [...this.#models.values()].map(({ names }) => shortName(names)).join(", ");
	}
}

/** Kinds of names, the most exact first: several models may have one file name, and all sizes of one have its own name. */
const NAMES: readonly ((names: ModelNames) => readonly (string | undefined)[])[] = [
	({ path, given }) => [path, given],
	({ path }) => [basename(path), basename(path).replace(/\.gguf$/i, "")],
	({ own }) => [own],
];

/** How an error calls a model. */
function shortName({ path, given }: ModelNames): string {
	return given === undefined || given.endsWith(".gguf") ? basename(path) : given;
}
