/** Fields of llama.cpp's own form of a completion, by the names of its server. */

import { BOOLEAN, either, integerFrom, type Kind, listOf, TEXT } from "../../../../base/check-types.ts";
import { SAMPLING_KINDS } from "../../../engine/check.ts";
import { check, type Draft, unsupported } from "../values/draft.ts";
import { inputsOf } from "../values/prompts.ts";
import { type Field, type GatewayForm, harmless, into, own, run, runBy, value } from "./field.ts";
import { fieldsOf } from "./fields.ts";

const NATIVE: readonly GatewayForm[] = ["native"];
const UNLIMITED: Kind = { words: "-1", accepts: (most) => most === -1 };
const LENGTH: Kind = either(integerFrom(1), UNLIMITED);
const FALSE: Kind = { words: "false", accepts: (each) => each === false };
const EMBEDDING: readonly GatewayForm[] = ["native embeddings"];
const COMPLETION = fieldsOf("completions");
const INPUT = fieldsOf("embeddings").get("input") as Field;
/** Those that say the same in an OpenAI completion. */
const SAME: readonly (readonly string[])[] = [
	...[["model"], ["prompt"], ["temperature"], ["top_p"], ["top_k"], ["min_p"], ["presence_penalty"]],
	...[["frequency_penalty"], ["repeat_penalty", "repetition_penalty"], ["stop"], ["ignore_eos"]],
	...[["json_schema"], ["grammar"]],
];
/** What no engine here does, and the value with which nothing is asked for. */
const OFF: Readonly<Record<string, number>> = {
	...{ n_keep: 0, n_indent: 0, min_keep: 0, typical_p: 1, mirostat: 0, dynatemp_range: 0 },
	...{ xtc_probability: 0, dry_multiplier: 0, repeat_last_n: 64, t_max_predict_ms: 0 },
};

export const NATIVE_FIELDS: readonly Field[] = [
	...SAME.map((names) => ({ ...(COMPLETION.get(names[0] as string) as Field), names, forms: NATIVE })),
	run(["n_predict"], NATIVE, LENGTH, limit("nPredict")),
	run(["max_tokens"], NATIVE, LENGTH, limit("maxTokens")),
	runBy(["seed"], NATIVE, "a whole number of 64 bits; -1: another one each time", (seed, draft, name) => {
		if (seed !== -1) COMPLETION.get(name)?.read(seed, draft, name);
	}),
	runBy(["logit_bias"], NATIVE, "as above, or a list of pairs; false: never", readBias),
	run(["n_probs"], NATIVE, integerFrom(0, 20), (draft, most: number) => {
		if (most > 0) draft.legacyLogprobs = most;
	}),
	refused(run(["post_sampling_probs"], NATIVE, FALSE, () => {})),
	run(["return_tokens"], NATIVE, BOOLEAN, into("returnTokens")),
	run(["response_fields"], NATIVE, listOf("a list of names", TEXT), (draft, fields: readonly string[]) => {
		if (fields.length > 0) draft.responseFields = fields;
	}),
	// Figures beside the text, which the last piece has anyway.
	...["timings_per_token", "return_progress"].map(
		(name): Field => ({
			...{ names: [name], forms: NATIVE, does: "harmless" },
			...value(BOOLEAN, () => {}),
		}),
	),
	...Object.entries(OFF).map(([name, off]) => neutral(NATIVE, name, off)),
	harmless(NATIVE, "cache_prompt", "id_slot"),
	// They say nothing without those above.
	harmless(NATIVE, "mirostat_tau", "mirostat_eta", "dynatemp_exponent", "xtc_threshold"),
	harmless(NATIVE, "dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers"),
	{ ...(COMPLETION.get("model") as Field), forms: EMBEDDING },
	{ ...INPUT, forms: EMBEDDING },
	// Its other name there.
	runBy(["content"], EMBEDDING, INPUT.takes, (content, draft, name) => {
		draft.input = inputsOf(content, name);
	}),
	// The vectors have length 1 anyway, which this says.
	neutral(EMBEDDING, "embd_normalize", 2),
].map(own);

function refused(field: Field): Field {
	return { ...field, does: "refused" };
}

function limit(key: "nPredict" | "maxTokens") {
	return (draft: Draft, most: number): void => {
		if (most !== -1) draft[key] = most;
	};
}

function neutral(forms: readonly GatewayForm[], name: string, off: number): Field {
	return {
		...{ names: [name], forms, does: "refused", takes: String(off) },
		read: (each) => {
			if (each !== off) throw unsupported(name, each, `only ${off}: no engine here does it`);
		},
	};
}

/** Biases of tokens by their ids: an object, as OpenAI has it, or llama.cpp's pairs. */
function readBias(biases: unknown, draft: Draft, name: string): void {
	const pair = (each: unknown) =>
		Array.isArray(each) && each.length === 2
			? [String(each[0]), each[1] === false ? -100 : each[1]]
			: ["", 0];
	const given = Array.isArray(biases) ? Object.fromEntries(biases.map(pair)) : biases;
	check(name, given, SAMPLING_KINDS.logitBias);
	draft.sampling.logitBias = given as Readonly<Record<string, number>>;
}
