/**
 * The engine host: a process that a rank forks and that owns llama.cpp, because a bad model or device can make
 * llama.cpp abort its process, and because UV_THREADPOOL_SIZE must be set before Node starts.
 */
import { EngineError, type EngineErrorCode, type EngineErrorData, reasonOf } from "../../../errors.ts";
import { saysOutOfMemory } from "../../llama-log.ts";
import { SequencePool } from "../../sequence-pool.ts";
import type { GenerateRequest, HostToRank, LoadRequest, RankToHost } from "../protocol.ts";
import { Embedder } from "./embedder.ts";
import { prepareLlama } from "./llama.ts";
import { loadModel } from "./model.ts";
import { PromptEncoder } from "./prompt.ts";
import { type Runtime, runRequest } from "./run-request.ts";
import { TurnBuffer } from "./turn-buffer.ts";

const buffer = new TurnBuffer((events) => {
	// A rank that is gone needs no events: "disconnect" ends this process.
	if (process.connected) process.send?.(events, undefined, undefined, () => {});
});
const emit = (event: HostToRank) => buffer.push(event);
const running = new Map<number, AbortController>();
let runtime: Runtime | undefined;

// The rank is gone, however it went. SIGKILL, since process.exit would wait for a model that is just being loaded.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// It may have gone while this file was loading, when nobody listened yet.
if (!process.connected) process.exit(0);
// A signal to the whole process group is the rank's to answer: while it lives, it may need its engine.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.on("message", (message: RankToHost) => {
	switch (message.type) {
		case "prepare":
			return prepareLlama(message.gpu);
		case "load":
			return void load(message);
		case "generate":
			return void generate(message);
		case "abort":
			return running.get(message.id)?.abort();
		case "count":
			return void count(message.id, message.prompt);
		case "embed":
			return void embed(message.id, message.text);
		case "close":
			process.exit(0);
	}
});

async function load(request: LoadRequest): Promise<void> {
	try {
		const loaded = await loadModel(request, (device) => emit({ type: "device", device }));
		const encoder = new PromptEncoder(loaded.model);
		runtime = { loaded, encoder, pool: new SequencePool(loaded.sequences), embedder: new Embedder(), emit };
		emit({ type: "loaded", info: loaded.info });
	} catch (error) {
		emit({ type: "failed", error: errorData(error, "ERR_ENGINE_LOAD") });
	}
}

async function generate(request: GenerateRequest): Promise<void> {
	const controller = new AbortController();
	running.set(request.id, controller);
	try {
		await runRequest(ready(), request, controller.signal);
	} catch (error) {
		// After an abort nobody reads the events of the request any more.
		if (!controller.signal.aborted) {
			emit({ type: "error", id: request.id, error: errorData(error, "ERR_GENERATE") });
		}
	} finally {
		running.delete(request.id);
	}
}

async function count(id: number, prompt: GenerateRequest["prompt"]): Promise<void> {
	try {
		emit({ type: "counted", id, tokens: (await ready().encoder.encode(prompt)).length });
	} catch (error) {
		emit({ type: "error", id, error: errorData(error, "ERR_PROMPT") });
	}
}

async function embed(id: number, text: string): Promise<void> {
	try {
		const { loaded, encoder, embedder } = ready();
		emit({ type: "embedded", id, vector: await embedder.embed(await encoder.encode(text), loaded) });
	} catch (error) {
		emit({ type: "error", id, error: errorData(error, "ERR_GENERATE") });
	}
}

function ready(): Runtime {
	if (runtime === undefined)
		throw new EngineError("ERR_ENGINE_LOAD", "Cannot run a request: no model is loaded");
	return runtime;
}

function errorData(error: unknown, code: EngineErrorCode): EngineErrorData {
	const known =
		error instanceof EngineError
			? error
			: new EngineError(code, `Cannot run a request: ${reasonOf(error)}`, {
					outOfMemory: saysOutOfMemory(reasonOf(error)),
				});
	return known.toData();
}
