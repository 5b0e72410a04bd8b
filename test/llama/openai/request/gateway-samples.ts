import type { GatewayForm } from "../../../../src/llama/openai/request/fields/field.ts";
import type { Sample } from "./samples.ts";

/** What a gateway's field is tried with. */
type GatewaySample = Omit<Sample, "forms"> & { readonly forms: readonly GatewayForm[] };

const NATIVE: readonly GatewayForm[] = ["native"];
const GENERATED: readonly GatewayForm[] = ["chat", "completions", "responses"];
const STREAMED: readonly GatewayForm[] = [...GENERATED, "native"];
const EMBEDDED: readonly GatewayForm[] = ["embeddings", "native embeddings"];
const ALL: readonly GatewayForm[] = [...STREAMED, ...EMBEDDED];
const native = (name: string, good: readonly unknown[], bad: readonly unknown[]) =>
	[name, { forms: NATIVE, good, bad }] as const;
const anything = ["x", { a: [1] }, 5, true];

/** Values of every field that a gateway has in the place of a batch's, or besides. */
export const GATEWAY_SAMPLES: readonly (readonly [string, GatewaySample])[] = [
	["stream", { forms: STREAMED, good: [true, false], bad: ["true", 1] }],
	["stream", { forms: EMBEDDED, good: [false], bad: [true, "x"] }],
	[
		"stream_options",
		{
			forms: GENERATED,
			good: [{ include_usage: true }, {}, { include_usage: null, include_obfuscation: false }],
			bad: [true, [], { include_usage: 1 }, { usage: true }],
		},
	],
	["priority", { forms: ALL, good: [0, -5, 7], bad: ["high", 1.5, 2 ** 60] }],
	["cache_prompt", { forms: STREAMED, good: anything, bad: [] }],
	["id_slot", { forms: STREAMED, good: anything, bad: [] }],
	["verbosity", { forms: ["chat", "completions"], good: anything, bad: [] }],
	native("model", ["m"], [5]),
	["model", { forms: ["native embeddings"], good: ["m"], bad: [5] }],
	["input", { forms: ["native embeddings"], good: ["a", ["a", [1]]], bad: ["", []] }],
	["content", { forms: ["native embeddings"], good: ["a", ["a", "b"]], bad: ["", 5] }],
	["embd_normalize", { forms: ["native embeddings"], good: [2], bad: [-1, 0] }],
	native("prompt", ["a", ["a", "b"], [1, 2]], [[], 5, [1, "a"], { prompt_string: "a" }]),
	native("temperature", [0, 1.5], [-1, "1"]),
	native("top_p", [1, 0.5], [0, 1.5]),
	native("top_k", [0, -1, 40], [-2]),
	native("min_p", [0, 1], [2]),
	native("presence_penalty", [0.5], [3]),
	native("frequency_penalty", [0.5], [-3]),
	native("repeat_penalty", [1, 1.2], [0]),
	native("repetition_penalty", [1.2], [-1]),
	native("stop", ["x", ["x"], []], ["", 5]),
	native("ignore_eos", [true, false], [1]),
	native("json_schema", [{ type: "integer" }, {}], [5]),
	native("grammar", ['root ::= "a"', ""], [5]),
	native("n_predict", [3, -1], [0, -2, 1.5, "3"]),
	native("max_tokens", [3, -1], [0]),
	native("seed", [0, -1, 2 ** 60], [1.5, "5"]),
	native(
		"logit_bias",
		[{ 5: 1 }, [[5, -1.5]], [[5, false]], []],
		[{ a: 1 }, [["a", 1]], [[5]], [5], [[5, true]], 5],
	),
	native("n_probs", [0, 2], [-1, 21, true]),
	native("post_sampling_probs", [false], [true]),
	native("return_tokens", [true, false], [1]),
	native("response_fields", [["content", "timings/predicted_n"], []], ["content", [1]]),
	native("timings_per_token", [true, false], [1]),
	native("return_progress", [true, false], ["x"]),
	native("n_keep", [0], [5, -1]),
	native("n_indent", [0], [1]),
	native("min_keep", [0], [1]),
	native("typical_p", [1], [0.5]),
	native("mirostat", [0], [1, 2]),
	native("dynatemp_range", [0], [0.5]),
	native("xtc_probability", [0], [0.5]),
	native("dry_multiplier", [0], [0.8]),
	native("repeat_last_n", [64], [0, -1]),
	native("t_max_predict_ms", [0], [100]),
	...["mirostat_tau", "mirostat_eta", "dynatemp_exponent", "xtc_threshold", "dry_base"].map((name) =>
		native(name, anything, []),
	),
	...["dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"].map((name) =>
		native(name, anything, []),
	),
];
