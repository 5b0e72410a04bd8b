import type { Piece } from "../../../dispatch/messages.ts";
import type { Completion } from "../../../engine/engine.ts";
import type { TokenLogprob } from "../../../engine/sampling.ts";
import type { Answer } from "../../../openai/answer.ts";
import type { Failure } from "../../../openai/failure.ts";
import { outputLogprobs } from "../../../openai/response/logprobs.ts";
import { begunBody, messageItem, reasoningItem, responsesBody } from "../../../openai/response/responses.ts";
import { errorOf } from "../error.ts";
import type { StreamFacts } from "../facts.ts";
import type { StreamForm } from "../form.ts";
import { callEvents, type Item, OutputItem } from "./output-item.ts";
import { Sent } from "./sent.ts";
import { SequencedEvents } from "./sequenced-events.ts";

/** A stream of `/v1/responses`: named events with numbers, which open, fill and close each item of the output. */
export class ResponsesStream implements StreamForm {
	readonly #facts: StreamFacts;
	readonly #events = new SequencedEvents();
	readonly #sent = new Sent();
	/** Ids of the items, in the order in which they were opened. */
	readonly #opened: string[] = [];
	#thinking: OutputItem | undefined;
	#thoughts = "";
	#thoughtsClosed = false;
	#message: OutputItem | undefined;

	constructor(facts: StreamFacts) {
		this.#facts = facts;
	}

	piece([, text, , detail]: Piece): string {
		const { reasoning, logprobs } = detail ?? {};
		if (reasoning !== undefined) return this.#begin() + this.#think(reasoning);
		return text === "" && logprobs === undefined ? "" : this.#begin() + this.#say(text, logprobs);
	}

	finish(answer: Answer): string {
		// An embedding is never streamed.
		if (answer.kind === "embedded") return "";
		const completion = answer.choices[0] as Completion;
		const body = responsesBody(completion, answer.usage, this.#facts);
		const events = [this.#begin(), this.#rest(completion), this.#endThoughts()];
		for (const item of body.output) events.push(this.#close(item));
		const output = [...body.output].sort((a, b) => this.#opened.indexOf(a.id) - this.#opened.indexOf(b.id));
		const response = { ...body, output };
		return events.join("") + this.#events.event(`response.${body.status}`, { response });
	}

	error(failure: Failure): string {
		const { error } = errorOf(failure).body;
		const { code, message, param } = error;
		// OpenAI's own client throws if it finds `error`.
		return this.#events.event("error", { code, message, param, error });
	}

	#begin(): string {
		if (this.#events.next > 0) return "";
		const response = begunBody(this.#facts);
		const created = this.#events.event("response.created", { response });
		return created + this.#events.event("response.in_progress", { response });
	}

	#think(text: string): string {
		if (this.#thoughtsClosed) return "";
		this.#thoughts += text;
		this.#sent.reasoning += text.length;
		if (this.#thinking !== undefined) return this.#thinking.delta(text);
		const item = reasoningItem(this.#facts.id, "");
		this.#thinking = this.#add("reasoning_text", item.id);
		return this.#thinking.open({ ...item, content: [] }) + this.#thinking.delta(text);
	}

	#endThoughts(): string {
		if (this.#thinking === undefined || this.#thoughtsClosed) return "";
		this.#thoughtsClosed = true;
		return this.#thinking.close(reasoningItem(this.#facts.id, this.#thoughts));
	}

	#say(text: string, logprobs: readonly TokenLogprob[] | undefined): string {
		this.#sent.add(text, logprobs);
		const chances = logprobs === undefined ? "[]" : JSON.stringify(outputLogprobs(logprobs));
		const more = `,"logprobs":${chances}`;
		if (this.#message !== undefined) return this.#message.delta(text, more);
		const before = this.#endThoughts();
		const message = this.#add("output_text", messageItem(this.#facts.id, "in_progress", []).id);
		this.#message = message;
		return before + message.open(messageItem(this.#facts.id, "in_progress", [])) + message.delta(text, more);
	}

	#add(part: string, id: string): OutputItem {
		this.#opened.push(id);
		return new OutputItem(this.#events, part, this.#opened.length - 1, id);
	}

	/** What no piece has had. */
	#rest(completion: Completion): string {
		const { reasoning, text, logprobs } = this.#sent.rest(completion);
		const thoughts = reasoning === "" ? "" : this.#think(reasoning);
		return thoughts + (text === "" && logprobs === undefined ? "" : this.#say(text, logprobs));
	}

	#close(item: Item): string {
		if (item.type === "reasoning") return "";
		if (item.type === "message") {
			const opened = this.#message === undefined ? this.#say("", undefined) : "";
			return opened + (this.#message?.close(item) ?? "");
		}
		this.#opened.push(item.id);
		return callEvents(this.#events, this.#opened.length - 1, item);
	}
}
