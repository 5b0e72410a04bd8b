import type { Attributes } from "@opentelemetry/api";
import type { EmbedTask, GenerateTask, Task } from "../../openai/task.ts";
import type { CallLabel } from "../core/call.ts";
import { GEN_AI, OWN, PROVIDER } from "./names.ts";

/** What the conventions call what a path asks for. */
export function operationOf(kind: string): string {
	if (kind.includes("embedding")) return "embeddings";
	return /\/completions?$/.test(kind) && !kind.includes("chat") ? "text_completion" : "chat";
}

/** What is known of a call before it has run. What is undefined was not asked for. */
export function requestAttributes({ id, kind, model, stream }: CallLabel, task: Task): Attributes {
	return {
		[GEN_AI.operation]: operationOf(kind),
		[GEN_AI.provider]: PROVIDER,
		[GEN_AI.requestModel]: model,
		[OWN.requestId]: id,
		...(task.kind === "generate" ? generateAttributes(task, stream) : {}),
	};
}

function generateAttributes(task: GenerateTask, stream: boolean): Attributes {
	const { maxTokens, temperature, seed, stop, sampling = {}, n = 1 } = task;
	const json = sampling.jsonSchema !== undefined || bodyField(task, "response_format") !== undefined;
	return {
		[GEN_AI.maxTokens]: maxTokens ?? number(task, "max_completion_tokens") ?? number(task, "max_tokens"),
		[GEN_AI.temperature]: temperature ?? number(task, "temperature"),
		[GEN_AI.topP]: sampling.topP ?? number(task, "top_p"),
		[GEN_AI.topK]: sampling.topK ?? number(task, "top_k"),
		[GEN_AI.seed]: seed,
		[GEN_AI.stop]: stop && [...stop],
		[GEN_AI.frequencyPenalty]: sampling.frequencyPenalty ?? number(task, "frequency_penalty"),
		[GEN_AI.presencePenalty]: sampling.presencePenalty ?? number(task, "presence_penalty"),
		[GEN_AI.choices]: n === 1 ? undefined : n,
		[GEN_AI.stream]: stream ? true : undefined,
		[GEN_AI.outputType]: json ? "json" : "text",
	};
}

/** What goes to an endpoint as it came is read here only. */
function number(task: GenerateTask, field: string): number | undefined {
	const value = bodyField(task, field);
	return typeof value === "number" ? value : undefined;
}

function bodyField({ body }: GenerateTask | EmbedTask, field: string): unknown {
	return body?.[field] ?? undefined;
}
