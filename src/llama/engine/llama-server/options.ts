import { availableParallelism } from "node:os";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import {
	checkSlots,
	defaultContext,
	type EngineOptions,
	type GpuChoice,
	type GpuLayers,
} from "../options.ts";
import { positive } from "../request.ts";

/** How to start an engine on llama-server. */
export interface LlamaServerOptions extends EngineOptions {
	/** Path of llama-server. */
	readonly llamaServer: string;
	/** Arguments for llama-server, after all others. */
	readonly engineArgs?: readonly string[] | undefined;
}

/** What a llama-server is started for, with every default filled in. */
export interface ServerPlan {
	readonly binary: string;
	readonly model: string;
	readonly gpu: GpuChoice;
	readonly gpuLayers: GpuLayers;
	readonly slots: number;
	readonly contextSize: number;
	readonly threads: number;
	readonly prefillChunk: number;
	readonly engineArgs: readonly string[];
	/** Layers of the model without its output, if its file tells. */
	readonly layers: number | undefined;
	/** The model file says how the embeddings of tokens become one. */
	readonly pooled: boolean;
	/** It embeds texts, too. */
	readonly embeddings: boolean;
	/** The model file has a chat template. */
	readonly chatTemplate: boolean;
	/** Why the model's chat template cannot be used: then there are no messages, only texts. */
	readonly badTemplate: string | undefined;
}

/** As in the engine on node-llama-cpp: a chunk's time is how long a long prompt makes the others wait. */
const CPU_PREFILL_CHUNK = 96;
const GPU_PREFILL_CHUNK = 512;
/** llama.cpp rounds the context of a slot up to this. */
const CONTEXT_STEP = 256;
/** Threads of HTTP beyond those of the running requests. */
const SPARE_HTTP_THREADS = 8;
/** More layers than any model has. */
const ALL_LAYERS = 9999;

/** Fills in what was left open. */
export function serverPlan(options: LlamaServerOptions, facts: ModelFacts, onGpu: boolean): ServerPlan {
	const { llamaServer, model, gpu = "auto", gpuLayers = "auto", engineArgs = [] } = options;
	const slots = checkSlots(options.slots);
	return {
		binary: llamaServer,
		model,
		gpu,
		gpuLayers,
		slots,
		contextSize: positive("contextSize", options.contextSize ?? defaultContext(facts)),
		threads: positive("threads", options.threads ?? availableParallelism()),
		prefillChunk: positive(
			"prefillChunk",
			options.prefillChunk ?? (onGpu ? GPU_PREFILL_CHUNK : CPU_PREFILL_CHUNK),
		),
		engineArgs,
		layers: facts.layers,
		pooled: facts.pooled,
		chatTemplate: facts.chatTemplate,
		// A model with a pooling of its own needs the whole text in one batch: another server embeds then.
		embeddings: !facts.pooled,
		badTemplate: undefined,
	};
}

/** The plan of a second server beside the first one, for embeddings alone. */
export function embeddingPlan(plan: ServerPlan): ServerPlan {
	// A text that is embedded must fit into one batch.
	return { ...plan, prefillChunk: plan.contextSize, embeddings: true };
}

/**
 * Arguments that an older llama-server may not know, and what to pass instead. They are groups, so that one that is
 * refused can be replaced alone.
 */
const NEWER: readonly { readonly args: readonly string[]; readonly instead: readonly string[] }[] = [
	// Otherwise finished prompts are kept in memory that the steps of memory do not count.
	{ args: ["--cache-ram", "0"], instead: [] },
	// With one memory for all slots no slot is sure of its context.
	{ args: ["--no-kv-unified"], instead: [] },
	// Otherwise a last turn of the assistant's is continued, asked for or not.
	{ args: ["--no-prefill-assistant"], instead: [] },
	{ args: ["--no-ui"], instead: ["--no-webui"] },
	{ args: ["--no-webui"], instead: [] },
	{ args: ["--metrics"], instead: [] },
	// Otherwise llama-server makes the context and the layers smaller than was asked for.
	{ args: ["--fit", "off"], instead: [] },
	{ args: ["--gpu-layers", "auto"], instead: ["--gpu-layers", `${ALL_LAYERS}`] },
];

/** The arguments of a llama-server, but for those that it has refused. */
export function serverArguments(plan: ServerPlan, socketPath: string, refused: readonly string[]): string[] {
	const { slots, threads, prefillChunk } = plan;
	const batch = `${Math.max(prefillChunk, slots)}`;
	const total = slots * Math.ceil(plan.contextSize / CONTEXT_STEP) * CONTEXT_STEP;
	const newer = (...args: readonly string[]): readonly string[] => {
		const known = NEWER.find((group) => group.args[0] === args[0] && group.args[1] === args[1]);
		return known === undefined || !refused.includes(args[0] ?? "") ? args : newer(...known.instead);
	};
	return [
		...["--model", plan.model, "--host", socketPath],
		...["--parallel", `${slots}`, "--ctx-size", `${total}`],
		...["--batch-size", batch, "--ubatch-size", batch],
		...["--threads", `${threads}`, "--threads-batch", `${threads}`],
		...["--threads-http", `${slots + SPARE_HTTP_THREADS}`],
		...newer("--cache-ram", "0"),
		...newer("--no-kv-unified"),
		...newer("--no-prefill-assistant"),
		...newer("--no-ui"),
		...newer("--metrics"),
		...(plan.gpu !== "cpu" && plan.gpuLayers === "auto"
			? newer("--gpu-layers", "auto")
			: ["--gpu-layers", `${layersOf(plan)}`, ...newer("--fit", "off")]),
		// llama-server does not even start with a template that it cannot render.
		...(plan.badTemplate === undefined ? [] : ["--no-jinja", "--chat-template", "chatml"]),
		...(plan.embeddings ? ["--embeddings", ...(plan.pooled ? [] : ["--pooling", "last"])] : []),
		...plan.engineArgs,
	];
}

function layersOf({ gpu, gpuLayers }: ServerPlan): number {
	if (gpu === "cpu") return 0;
	return typeof gpuLayers === "number" ? gpuLayers : ALL_LAYERS;
}

/** The argument that a llama-server refused, if it is one that can be replaced. */
export function refusedArgument(log: string): string | undefined {
	const name = /(?:invalid argument: |handling argument ")(--[\w-]+)/.exec(log)?.[1];
	return NEWER.some(({ args }) => args[0] === name) ? name : undefined;
}
