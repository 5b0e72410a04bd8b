import { random } from "../../../../support/memory-channels.ts";
import { OnlineLoop, type Turn } from "./online-loop.ts";

/** Conversations that begin with the same system prompt, whose turns come in a shuffled order. */
export interface ConversationsOptions {
	readonly policy: "prefix" | "dynamic" | "round-robin";
	readonly ranks: number;
	readonly slots: number;
	readonly conversations: number;
	readonly turns: number;
	/** Turns that are under way at the same time, at most one of each conversation. */
	readonly clients: number;
	/** Characters of the system prompt. */
	readonly system: number;
	readonly seed: number;
	readonly prefill?: number;
	readonly decode?: number;
}

/** What came of them. */
export interface ConversationsResult {
	readonly loop: OnlineLoop;
	/** Of the turns after the first, the share that found all that their conversation had before. */
	readonly found: number;
	/** First turns on each rank. */
	readonly firsts: readonly number[];
	/** Share of the characters of all prompts that slots held. */
	readonly cached: number;
}

/** Runs them to their end. */
export function converse(options: ConversationsOptions): ConversationsResult {
	const { policy, ranks, slots, conversations, turns, clients, system, seed, ...pace } = options;
	const next = random(seed);
	const loop = new OnlineLoop({ policy, ranks, slots, maxQueue: conversations, ...pace });
	const order = Array.from({ length: conversations * turns }, (_, index) => ({ at: next(), index }))
		.sort((a, b) => a.at - b.at)
		.map(({ index }) => index % conversations);
	const texts = Array.from({ length: conversations }, () => "s".repeat(system));
	const done = texts.map(() => 0);
	const open = new Set<number>();
	const owners = new Map<number, { conversation: number; turn: number; before: number }>();
	let [id, all] = [0, 0];
	const say = (conversation: number) => {
		open.add(conversation);
		const question = `Q${conversation}.${done[conversation]}:`.padEnd(50 + Math.floor(next() * 250), "q");
		const before = done[conversation] === 0 ? 0 : (texts[conversation] as string).length;
		const text = `${texts[conversation]}${question}`;
		texts[conversation] = text;
		all += text.length;
		owners.set(id, { conversation, turn: done[conversation] as number, before });
		done[conversation] = (done[conversation] as number) + 1;
		const answer = `A${conversation}:`.padEnd(100 + Math.floor(next() * 500), "a");
		loop.add({ id: id++, text, answer, promptTokens: text.length / 4, maxTokens: 200, priority: 0 });
	};
	for (;;) {
		while (open.size < clients) {
			const at = order.findIndex((conversation) => !open.has(conversation));
			if (at < 0) break;
			say(order.splice(at, 1)[0] as number);
		}
		const ended: Turn | undefined = loop.step();
		if (ended === undefined) break;
		const { conversation } = owners.get(ended.id) as { conversation: number };
		texts[conversation] = ended.text + ended.answer;
		open.delete(conversation);
	}
	const firsts = Array.from({ length: ranks }, () => 0);
	let [later, found, cached] = [0, 0, 0];
	for (const run of loop.runs) {
		const { turn, before } = owners.get(run.id) as { turn: number; before: number };
		cached += run.cached;
		if (turn === 0) firsts[run.rank] = (firsts[run.rank] ?? 0) + 1;
		else later += 1;
		if (turn > 0 && run.cached >= before) found += 1;
	}
	return { loop, found: found / later, firsts, cached: cached / all };
}
