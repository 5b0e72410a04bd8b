/**
 * The engine host: a process that a rank forks and that owns llama.cpp, because a bad model or device can make
 * llama.cpp abort its process, and because UV_THREADPOOL_SIZE must be set before Node starts.
 */
import { EngineError, type EngineErrorCode, type EngineErrorData, reasonOf } from "../../../errors.ts";
import { saysOutOfMemory } from "../../llama-log.ts";
import { SequencePool } from "../../sequence-pool.ts";
import type { Call, GenerateRequest, HostToRank, LoadRequest, RankToHost } from "../protocol.ts";
import { answer } from "./answer.ts";
import { Embedder } from "./embedder.ts";
import { prepareLlama } from "./llama.ts";
import { loadModel } from "./model.ts";
import { ChatTemplate } from "./prompts/chat-template.ts";
import { PromptEncoder } from "./prompts/prompt-encoder.ts";
import { type Runtime, runRequest } from "./run-request.ts";
import { Sampler } from "./sampling/sampler.ts";
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
		case "call":
			return void reply(message.id, message.call);
		case "close":
			process.exit(0);
	}
});

async function load(request: LoadRequest): Promise<void> {
	try {
		const loaded = await loadModel(request, (device) => emit({ type: "device", device }));
		const { llama, model, sequences } = loaded;
		const template = new ChatTemplate(model);
		runtime = {
			...{
				loaded,
				template,
				encoder: new PromptEncoder(model, template),
				sampler: new Sampler(llama, model),
			},
			...{ pool: new SequencePool(sequences), embedder: new Embedder(), emit },
		};
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

async function reply(id: number, call: Call): Promise<void> {
	try {
		emit({ type: "answer", id, value: await answer(ready(), call) });
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
