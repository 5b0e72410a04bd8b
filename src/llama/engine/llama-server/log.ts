const KEPT_BYTES = 65_536;

/** What a llama-server has said, as far as it may be needed. */
export class ServerLog {
	#text = "";

	add(text: string): void {
		this.#text = (this.#text + text).slice(-KEPT_BYTES);
	}

	get text(): string {
		return this.#text;
	}
}

/** Why a server could not use the model's chat template, if that is what the log tells. */
export function templateError(log: string): string | undefined {
	if (!/chat template parsing error/.test(log)) return undefined;
	const own = /^Error: (?:Jinja Exception: )?(.+)$/m.exec(log)?.[1];
	return own ?? /common_chat_templates_init: error: (.+)/.exec(log)?.[1] ?? "it cannot be parsed";
}

/** Layers that the model has on GPUs, if the log tells. */
export function offloadedLayers(log: string): number | undefined {
	const count = /offloaded (\d+)\/\d+ layers to GPU/.exec(log)?.[1];
	return count === undefined ? undefined : Number(count);
}
