import { EngineError } from "../../../../errors.ts";
import type { SamplingOptions } from "../../../sampling.ts";
import { importExtras, type Model, type Token } from "../library/library.ts";

/** A bias that means "never". */
const NEVER = -100;
/**
 * What "never" adds to a logit: no other token is ever so unlikely. It is finite so that something is left where a
 * grammar allows nothing else: with infinity llama.cpp takes a token that the grammar refuses, and its process ends.
 */
const BANNED = -1e6;

/** What `TokenBias` keeps its biases in. Its own `set` leaves tokens out that end the text. */
interface Biases {
	readonly _biases?: unknown;
}

const enders = new WeakMap<Model, readonly Token[]>();

/**
 * What is added to the logits, by the number of tokens so far; undefined if nothing is.
 *
 * @throws {EngineError} ERR_UNSUPPORTED: this node-llama-cpp does not let tokens be banned.
 */
export async function tokenBias(
	{ logitBias = {}, ignoreEos = false, minTokens = 0, stopTokens = [] }: SamplingOptions,
	model: Model,
	sampled: () => number,
): Promise<(() => object) | undefined> {
	const wanted = Object.entries(logitBias).map(([id, bias]) => [Number(id), bias] as const);
	if (wanted.length === 0 && !ignoreEos && minTokens === 0) return undefined;
	const never = (ids: readonly Token[]) => ids.map((id) => [id, NEVER] as const);
	const always = [...wanted, ...(ignoreEos ? never(endersOf(model)) : [])];
	const later = await makeBias(model, always);
	if (minTokens === 0) return () => later;
	const first = await makeBias(model, [...always, ...never(endersOf(model)), ...never(stopTokens)]);
	return () => (sampled() < minTokens ? first : later);
}

async function makeBias(model: Model, biases: readonly (readonly [Token, number])[]): Promise<object> {
	const made: Biases & object = (await importExtras()).TokenBias.for(model);
	if (!(made._biases instanceof Map)) {
		const text =
			"Cannot ban tokens: this version of node-llama-cpp does not let them be; the engine llama-server can";
		throw new EngineError("ERR_UNSUPPORTED", text);
	}
	for (const [token, bias] of biases) made._biases.set(token, bias <= NEVER ? BANNED : bias);
	return made;
}

/** Every token that ends a text. */
function endersOf(model: Model): readonly Token[] {
	let known = enders.get(model);
	if (known === undefined) {
		known = [...model.iterateAllTokens()].filter((token) => model.isEogToken(token));
		enders.set(model, known);
	}
	return known;
}
