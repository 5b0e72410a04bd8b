/** Fields that say how tokens are chosen and what may come. */

import { integerFrom, type Kind, numberFrom } from "../../../../base/check-types.ts";
import { SAMPLING_KINDS } from "../../../engine/check.ts";
import type { SamplingOptions } from "../../../engine/sampling.ts";
import { BadRequest } from "../../bad-request.ts";
import {
	readChoice,
	readGrammar,
	readRegex,
	readResponseFormat,
	readSchema,
	readStructured,
} from "../values/constraints.ts";
import type { Draft } from "../values/draft.ts";
import { checkText } from "../values/plain-json.ts";
import { type Field, type Form, into, own, run, runBy } from "./field.ts";

/** Forms of which the answer is generated. */
export const GENERATED: readonly Form[] = ["chat", "completions", "responses"];
/** Those of them that know all that llama.cpp's and vLLM's servers know. */
export const BOTH: readonly Form[] = ["chat", "completions"];

const SEED: Kind = {
	words: "a whole number of 64 bits",
	accepts: (value) => Number.isInteger(value) && Math.abs(value as number) <= 2 ** 64,
};
const STOP: Kind = {
	words: "a text or a list of texts, none of them empty",
	accepts: (value) => [value].flat().every((text) => typeof text === "string" && text !== ""),
};
const STRUCTURED = "an object with one of json, regex, choice, grammar and json_object";

export const SAMPLING_FIELDS: readonly Field[] = [
	run(["max_tokens"], BOTH, integerFrom(1), into("maxTokens")),
	run(["n_predict"], BOTH, integerFrom(1), into("nPredict")),
	run(["temperature"], GENERATED, numberFrom(0, 100), into("temperature")),
	sampling("top_p", "topP"),
	sampling("top_k", "topK"),
	sampling("min_p", "minP"),
	sampling("presence_penalty", "presencePenalty"),
	sampling("frequency_penalty", "frequencyPenalty"),
	run(["repetition_penalty", "repeat_penalty"], GENERATED, SAMPLING_KINDS.repeatPenalty, setRepeatPenalty),
	sampling("logit_bias", "logitBias"),
	run(["seed"], GENERATED, SEED, into("seed")),
	run(["stop"], GENERATED, STOP, setStop),
	sampling("stop_token_ids", "stopTokens"),
	sampling("min_tokens", "minTokens"),
	sampling("ignore_eos", "ignoreEos"),
	own(run(["n"], BOTH, integerFrom(1, 128), into("n"))),
	runBy(["response_format"], BOTH, "an object of type text, json_object or json_schema", readResponseFormat),
	runBy(["json_schema", "guided_json"], BOTH, "a JSON schema", readSchema),
	runBy(["grammar", "guided_grammar"], BOTH, "a grammar in GBNF", readGrammar),
	runBy(["guided_regex"], BOTH, "a regular expression", readRegex),
	runBy(["guided_choice"], BOTH, "a list of texts", readChoice),
	runBy(["structured_outputs"], BOTH, STRUCTURED, readStructured),
];

function sampling(name: string, option: keyof SamplingOptions): Field {
	return run([name], GENERATED, SAMPLING_KINDS[option], (draft, value: never) => {
		draft.sampling[option] = value;
	});
}

function setRepeatPenalty({ sampling: options }: Draft, penalty: number, name: string): void {
	if (options.repeatPenalty !== undefined && options.repeatPenalty !== penalty) {
		const text = '"repetition_penalty" and "repeat_penalty" are the same and cannot have different values';
		throw new BadRequest("invalid_request", text, name);
	}
	options.repeatPenalty = penalty;
}

function setStop(draft: Draft, stop: string | readonly string[], name: string): void {
	const texts = typeof stop === "string" ? [stop] : stop;
	for (const text of texts) checkText(text, name);
	if (texts.length > 0) draft.stop = texts;
}
