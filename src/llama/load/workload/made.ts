import { uniform } from "../../schedule/arrivals.ts";
import { type Lengths, lengthOf } from "../command-line/lengths.ts";
import type { LoadRoute } from "../command-line/options.ts";
import { someWords } from "./words.ts";
import type { Body, LoadRequest, Session, Workload } from "./workload.ts";

/** What made requests look like. */
export interface MadeOptions {
	readonly promptTokens: Lengths;
	readonly maxTokens: Lengths;
	readonly sharedPrefix: number;
	readonly route: LoadRoute;
	readonly seed: number;
	/** Words that make a token of this server's model, by its own count. */
	readonly wordsPerToken: number;
	/** Each session has so many turns. */
	readonly turns: number;
	/** How many of them; infinity: only time ends them. */
	readonly sessions: number;
	/** Fields that every body has. */
	readonly common: Body;
}

/** Odd: neighbours get generators that have nothing in common. */
const STEP = 0x9e3779b1;

/** Requests of words by chance. The same seed makes the same ones, on every rank. */
export function madeWorkload(options: MadeOptions): Workload {
	const { sessions, turns, sharedPrefix, seed, wordsPerToken } = options;
	const wordsFor = (tokens: number) => Math.max(1, Math.round(tokens * wordsPerToken));
	const prefix = sharedPrefix === 0 ? "" : someWords(wordsFor(sharedPrefix), uniform(seed));
	return {
		sessions,
		turns,
		session: (index) => {
			const random = uniform(Math.imul(index + 1, STEP) ^ (seed + 1));
			const drawn = Array.from({ length: turns }, () => ({
				text: someWords(wordsFor(lengthOf(options.promptTokens, random)), random),
				maxTokens: lengthOf(options.maxTokens, random),
			}));
			return madeSession(drawn, index * turns, prefix, options);
		},
	};
}

interface Turn {
	readonly text: string;
	readonly maxTokens: number;
}

function madeSession(
	drawn: readonly Turn[],
	first: number,
	prefix: string,
	{ route, seed, common }: MadeOptions,
): Session {
	return {
		turns: drawn.length,
		request: (turn, answers): LoadRequest => {
			const { text = "", maxTokens = 1 } = drawn[turn] ?? {};
			const fields = { max_tokens: maxTokens, seed: (seed + first + turn) >>> 0, ...common };
			if (route === "completions") {
				const prompt = prefix === "" ? text : `${prefix} ${text}`;
				return { path: "/v1/completions", body: { prompt, ...fields } };
			}
			const messages = [
				...(prefix === "" ? [] : [{ role: "system", content: prefix }]),
				...drawn.slice(0, turn).flatMap((said, index) => [
					{ role: "user", content: said.text },
					{ role: "assistant", content: answers[index] ?? "" },
				]),
				{ role: "user", content: text },
			];
			return { path: "/v1/chat/completions", body: { messages, ...fields } };
		},
	};
}
