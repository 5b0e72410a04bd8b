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

/** "0.00.005.835 E srv  load_model: " and names of functions: not part of what is said. */
const PREFIX =
	/^(?:[\d.]{8,} [A-Z] )?(?:(?:srv|cmn|slot|que|res) +[\w()]+: )?(?:[\w()]*[_(][\w()]*: |init: |error: )*/;
/** In order of what they tell. */
const TELLING: readonly RegExp[] = [
	/GGML_ASSERT|GGML_ABORT|CUDA error/,
	/out of memory|failed to allocate|unable to allocate|bad_alloc|cudaMalloc failed/i,
	/error loading model: (?!llama_model_loader: failed to load)/,
	/^error(?: while|:)|invalid argument/i,
	/couldn't bind|Failed to parse|failed to initialize|failed to open|failed to read/i,
	/terminate called|what\(\):|error while loading shared libraries/i,
	/ E |error|fail/i,
];

/** The line of a log that best tells why a server ended, without what llama.cpp puts before it; else the last line. */
export function tellingLine(log: string): string | undefined {
	const lines = linesOf(log);
	const found = reasonIn(lines) ?? lines.at(-1);
	return found === undefined ? undefined : withoutPrefix(found);
}

/** The log has a line that tells why the server ended. */
export function tellsReason(log: string): boolean {
	return reasonIn(linesOf(log)) !== undefined;
}

function linesOf(log: string): string[] {
	return log
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

function reasonIn(lines: readonly string[]): string | undefined {
	for (const pattern of TELLING) {
		const found = lines.find((line) => pattern.test(line));
		if (found !== undefined) return found;
	}
	return undefined;
}

function withoutPrefix(line: string): string {
	const text = line
		.replace(PREFIX, "")
		.replace(/^error loading model: /, "")
		.replace(PREFIX, "");
	return text === "" ? line : text;
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
