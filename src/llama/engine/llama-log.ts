/**
 * Reading what llama.cpp prints. It has no error codes: why a load failed stands in its output alone. So text is read
 * here and nowhere else, where it comes in, and becomes a code or a flag of an EngineError.
 */

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
	/ E |error|abort|fail/i,
];

/** The line of llama.cpp's output that best tells why its process ended, without what llama.cpp puts before it; else the last line. */
export function tellingLine(log: string): string | undefined {
	const lines = linesOf(log);
	const found = reasonIn(lines) ?? lines.at(-1);
	return found === undefined ? undefined : withoutPrefix(found);
}

/** The output has a line that tells why the process ended. */
export function tellsReason(log: string): boolean {
	return reasonIn(linesOf(log)) !== undefined;
}

/** What llama-server says of an argument that it does not know, or whose value it cannot use. */
export function wrongArgument(log: string): string | undefined {
	const line = linesOf(log).find((each) =>
		/^error: invalid argument|^error while handling (?:argument|environment)|^error: (?:unknown|unrecognized) argument/.test(
			each,
		),
	);
	return line === undefined ? undefined : withoutPrefix(line);
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

/** How llama.cpp, its backends and C++ say that memory was short. */
const OUT_OF_MEMORY =
	/out of memory|buffer != (NULL|nullptr)|(failed|unable) to allocate|bad_alloc|cudaMalloc failed|insufficient memory|too large for the available|not enough (V?RAM|memory)/i;

/** A line, or several, says that the memory of the host or of a GPU was short. */
export function saysOutOfMemory(text: string): boolean {
	return OUT_OF_MEMORY.test(text);
}
