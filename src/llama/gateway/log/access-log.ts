import type { CallEnd } from "../core/call.ts";
import { type CallWatch, SILENT } from "../core/watch.ts";
import type { Exchange, Finish } from "../http/exchange.ts";

interface CallLine {
	readonly rank?: number;
	readonly attempts?: number;
	readonly prompt_tokens?: number;
	readonly cached_tokens?: number;
	readonly completion_tokens?: number;
	readonly finish_reason?: string;
	readonly ttft_ms?: number;
	readonly error?: string;
}

/** Writes one line for each request, once it is answered: no prompts, no answers, no keys. */
export class AccessLog {
	readonly #format: "text" | "json";
	readonly #write: (line: string) => void;
	/** What is known of a call whose answer is still on its way. */
	readonly #calls = new Map<string, CallLine>();

	constructor(format: "text" | "json", write: (line: string) => void) {
		this.#format = format;
		this.#write = write;
	}

	/** What tells it of calls. */
	readonly watch: CallWatch = {
		...SILENT,
		ended: ({ label }, end) => {
			this.#calls.set(label.id, lineOf(end));
		},
	};

	/** A request has been answered. */
	finished({ id, method, path, client }: Exchange, { status, bytes, broken, durationMs }: Finish): void {
		const call = this.#calls.get(id);
		this.#calls.delete(id);
		const line = {
			...{ time: new Date().toISOString(), client, id, method, path, status, bytes },
			...{ duration_ms: Math.round(durationMs * 10) / 10 },
			...(broken === undefined ? {} : { broken }),
			...call,
		};
		this.#write(this.#format === "json" ? JSON.stringify(line) : asText(line));
	}
}

function lineOf({ answer, failure, facts }: CallEnd): CallLine {
	const { attempts, firstMs, arrivedMs } = facts;
	const rank = attempts.at(-1)?.rank;
	const finish = answer?.kind === "generated" ? answer.choices[0]?.finishReason : undefined;
	return {
		...(rank === undefined ? {} : { rank }),
		...(attempts.length > 1 ? { attempts: attempts.length } : {}),
		...(answer?.kind === "generated"
			? {
					prompt_tokens: answer.usage.promptTokens,
					cached_tokens: answer.usage.cachedTokens,
					completion_tokens: answer.usage.completionTokens,
				}
			: {}),
		...(finish === undefined ? {} : { finish_reason: finish }),
		...(firstMs === undefined ? {} : { ttft_ms: Math.round((firstMs - arrivedMs) * 10) / 10 }),
		...(failure === undefined ? {} : { error: failure.code }),
	};
}

/** What is always there by its place, the rest by its name. */
function asText({
	time,
	client,
	method,
	path,
	status,
	bytes,
	duration_ms,
	...rest
}: Record<string, unknown>): string {
	const named = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
	return [time, client, method, path, status, `${bytes}B`, `${duration_ms}ms`, ...named].join(" ");
}
