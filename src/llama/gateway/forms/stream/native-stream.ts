import type { Piece } from "../../../dispatch/messages.ts";
import type { TokenLogprob } from "../../../engine/sampling.ts";
import type { Answer } from "../../../openai/answer.ts";
import type { Failure } from "../../../openai/failure.ts";
import { errorOf } from "../error.ts";
import type { StreamFacts } from "../facts.ts";
import type { StreamForm } from "../form.ts";
import { fieldsOf, nativeEnd, probabilitiesOf } from "../native-body.ts";
import { Sent } from "./sent.ts";

/** A stream in llama.cpp's own form: the last object of each prompt has `stop: true`, and nothing comes after it. */
export class NativeStream implements StreamForm {
	readonly #facts: StreamFacts;
	readonly #choices: Sent[] = [];

	constructor(facts: StreamFacts) {
		this.#facts = facts;
	}

	piece([, text, tokens, detail]: Piece): string {
		return text === "" && detail?.logprobs === undefined
			? ""
			: this.#piece(detail?.choice ?? 0, text, { tokens, logprobs: detail?.logprobs });
	}

	finish(answer: Answer): string {
		if (answer.kind === "embedded") return "";
		const ends = answer.choices.map((completion, index) => {
			const { text, logprobs } = this.#sent(index).rest(completion);
			const more = text !== "" || logprobs !== undefined ? this.#piece(index, text, { logprobs }) : "";
			const body = { index, content: "", tokens: [], ...nativeEnd(completion, index, this.#facts) };
			const { responseFields } = this.#facts;
			return more + event(responseFields === undefined ? body : fieldsOf(body, responseFields));
		});
		return ends.join("");
	}

	error(failure: Failure): string {
		return event(errorOf(failure).body);
	}

	#piece(
		choice: number,
		text: string,
		{
			tokens,
			logprobs,
		}: {
			readonly tokens?: readonly number[] | null | undefined;
			readonly logprobs: readonly TokenLogprob[] | undefined;
		},
	): string {
		const sent = this.#sent(choice);
		sent.add(text, logprobs);
		sent.tokens += tokens?.length ?? 1;
		const chances =
			logprobs === undefined
				? ""
				: `,"completion_probabilities":${JSON.stringify(probabilitiesOf(logprobs, tokens ?? []))}`;
		const content = JSON.stringify(text);
		const ids = tokens?.join() ?? "";
		return `data: {"index":${choice},"content":${content},"tokens":[${ids}],"stop":false,"id_slot":-1,"tokens_predicted":${sent.tokens}${chances}}\n\n`;
	}

	#sent(choice: number): Sent {
		const sent = this.#choices[choice] ?? new Sent();
		this.#choices[choice] = sent;
		return sent;
	}
}

function event(body: object): string {
	return `data: ${JSON.stringify(body)}\n\n`;
}
