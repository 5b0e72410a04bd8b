import { EngineError } from "../../../../errors.ts";
import type { Context, Model } from "../library/library.ts";

/** What lies under node-llama-cpp's context: with a third argument its answer is a list. */
interface NativeContext {
	sampleToken(index: number, sampler: object, ...more: readonly boolean[]): Promise<unknown>;
}
interface NativeSampler {
	applyConfig(config: Record<string, number>): void;
}
type NewSampler = new (model: unknown) => NativeSampler;

const changed = new WeakSet<Context>();

/**
 * Makes `evaluateWithMetadata` of a context's sequences give the model's own probabilities. By itself it gives what is
 * left of them after the sampler, and takes another way through a grammar, which changes the text.
 *
 * @throws {EngineError} ERR_UNSUPPORTED: this node-llama-cpp is not built as it was.
 */
export function giveRawProbabilities(context: Context, model: Model): void {
	if (changed.has(context)) return;
	const { _ctx: native } = context as { _ctx?: NativeContext };
	const { _llama: llama, _model: weights } = model as {
		_llama?: { _bindings?: { AddonSampler?: NewSampler } };
		_model?: unknown;
	};
	const Sampler = llama?._bindings?.AddonSampler;
	if (typeof native?.sampleToken !== "function" || typeof Sampler !== "function" || weights === undefined) {
		const text =
			"Cannot give log-probabilities: this version of node-llama-cpp does not tell them; the engine llama-server can";
		throw new EngineError("ERR_UNSUPPORTED", text);
	}
	changed.add(context);
	const sample = native.sampleToken.bind(native);
	/** For each sampler one that changes nothing. It is not shared: several may sample at the same time. */
	const neutrals = new WeakMap<object, NativeSampler>();
	const sampleBoth: NativeContext["sampleToken"] = async (index, sampler, ...more) => {
		if (more[0] !== true) return await sample(index, sampler, ...more);
		let neutral = neutrals.get(sampler);
		if (neutral === undefined) {
			neutral = new Sampler(weights);
			neutral.applyConfig({ temperature: 1, topK: 0, topP: 1, minP: 0, seed: 0 });
			neutrals.set(sampler, neutral);
		}
		const [, probabilities] = (await sample(index, neutral, true, false)) as readonly unknown[];
		return [await sample(index, sampler), probabilities];
	};
	Object.defineProperty(native, "sampleToken", { value: sampleBoth });
}
