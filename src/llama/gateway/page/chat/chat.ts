import { element, put } from "../../../page/dom.ts";
import type { Client } from "../common/client.ts";
import { ask, type Message } from "./ask.ts";
import { settings } from "./settings.ts";
import { AnswerTurn, userTurn } from "./turn.ts";

/** Pixels from the end of the conversation that still count as its end. */
const NEAR = 40;

/** The conversation with the model. */
export class Chat {
	readonly #client: Client;
	readonly #log = element("conversation");
	readonly #form = element("chat") as HTMLFormElement;
	readonly #text = element("message") as HTMLTextAreaElement;
	readonly #status = element("chat-status");
	/** What was said and answered; a turn that failed is no part of it. */
	#messages: Message[] = [];
	#running: AbortController | undefined;
	/** The name to ask for; undefined while the model is not known. */
	model: string | undefined;

	constructor(client: Client) {
		this.#client = client;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			void this.#send();
		});
		this.#text.addEventListener("keydown", (event) => {
			// What ends a choice of an input method sends nothing.
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			this.#form.requestSubmit();
		});
		element("stop").addEventListener("click", () => this.#running?.abort());
		element("clear").addEventListener("click", () => this.#clear());
	}

	async #send(): Promise<void> {
		const text = this.#text.value.trim();
		if (text === "" || this.#running !== undefined) return;
		const running = new AbortController();
		this.#run(running);
		this.#text.value = "";
		const turn = new AnswerTurn(this.model ?? "Model");
		this.#log.append(userTurn(text), turn.parent);
		this.#log.scrollTop = this.#log.scrollHeight;
		const said: Message = { role: "user", content: text };
		const { system, rest } = settings();
		const question = {
			...(this.model === undefined ? {} : { model: this.model }),
			...{ messages: [...system, ...this.#messages, said], ...rest },
		};
		try {
			const ending = await ask(this.#client, question, running.signal, (delta) =>
				this.#keepEnd(() => turn.add(delta)),
			);
			this.#keepEnd(() => turn.end(ending));
			put(this.#status, "The answer is complete.");
		} catch (error) {
			this.#keepEnd(() => (running.signal.aborted ? turn.stop() : turn.fail(reasonOf(error))));
			put(this.#status, running.signal.aborted ? "Stopped." : `Failed: ${reasonOf(error)}`);
			if (!running.signal.aborted && this.#text.value === "") this.#text.value = text;
			if (!running.signal.aborted) turn.parent.dataset.failed = "true";
		}
		if (this.#running !== running) return;
		this.#run(undefined);
		if (turn.text !== "" && turn.parent.dataset.failed === undefined) {
			this.#messages.push(said, { role: "assistant", content: turn.text });
		}
	}

	#run(running: AbortController | undefined): void {
		this.#running = running;
		const isFocused = document.activeElement === element("stop");
		element("stop").hidden = running === undefined;
		element("send").hidden = running !== undefined;
		if (running !== undefined) put(this.#status, "The model answers.");
		// The button that had the focus is gone.
		else if (isFocused) this.#text.focus();
	}

	#clear(): void {
		this.#running?.abort();
		this.#run(undefined);
		this.#messages = [];
		this.#log.replaceChildren();
		put(this.#status, "");
		this.#text.focus();
	}

	/** Follows the end of the conversation, unless its reader has gone elsewhere. */
	#keepEnd(change: () => void): void {
		const log = this.#log;
		const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
		change();
		if (isAtEnd) log.scrollTop = log.scrollHeight;
	}
}

function reasonOf(error: unknown): string {
	// What fetch throws names no reason that a reader could use, in each browser another one.
	if (error instanceof TypeError) return "The connection to the server broke.";
	return error instanceof Error ? error.message : String(error);
}
