import test from "ava";
import { post, serve } from "../../support/serve.ts";

const RANKS = 4;
const SLOTS = 8;
const CONVERSATIONS = 24;
const TURNS = 6;
const SYSTEM = "You are a patient helper who explains rivers, lakes and seas to children. ".repeat(3);

interface Turn {
	readonly role: string;
	readonly content: string;
}

interface Answered {
	readonly choices: readonly { readonly message: { readonly content: string } }[];
	readonly usage: {
		readonly prompt_tokens: number;
		readonly prompt_tokens_details: { readonly cached_tokens: number };
	};
}

/** The same order in every run. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
	const all = [...items];
	let state = seed;
	for (let at = all.length - 1; at > 0; at--) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		const other = state % (at + 1);
		[all[at], all[other]] = [all[other] as T, all[at] as T];
	}
	return all;
}

test("turns of conversations go back to where they were read, and conversations spread over the ranks", async (t) => {
	const options = ["--engine", "node-llama-cpp", "--inflight", `${SLOTS}`, "--ctx-size", "4096"];
	const { url } = await serve(t, options, { ranks: RANKS });
	const conversations = Array.from({ length: CONVERSATIONS }, (): Turn[] => [
		{ role: "system", content: SYSTEM },
	]);
	const before = conversations.map(() => 0);
	let [found, later] = [0, 0];
	const ask = async (index: number, turn: number) => {
		const messages = conversations[index] ?? [];
		messages.push({ role: "user", content: `Question ${turn} of child ${index}: where does the water go?` });
		const { status, body } = await post(url, "/v1/chat/completions", {
			messages,
			max_tokens: 24,
			seed: index * TURNS + turn,
		});
		t.is(status, 200, JSON.stringify(body));
		const { choices, usage } = body as Answered;
		messages.push({ role: "assistant", content: choices[0]?.message.content ?? "" });
		if (turn > 0) {
			later += 1;
			// All of the turn before it, but for what the template puts behind the prompt's end.
			if (usage.prompt_tokens_details.cached_tokens >= (before[index] ?? 0) - 1) found += 1;
		}
		before[index] = usage.prompt_tokens;
	};
	const running = async (): Promise<number[]> => {
		const metrics = await (await fetch(`${url}/metrics`)).text();
		return Array.from({ length: RANKS }, (_, rank) => {
			const pattern = new RegExp(`^vllm:prompt_tokens_total\\{[^}]*engine="${rank}"\\} (\\d+)`, "m");
			return Number(pattern.exec(metrics)?.[1] ?? 0);
		});
	};
	for (let turn = 0; turn < TURNS; turn++) {
		// As many at a time as come in at once on a busy server, not all.
		const order = shuffled([...conversations.keys()], 7 + turn);
		const clients = Array.from({ length: 8 }, async () => {
			for (let next = order.pop(); next !== undefined; next = order.pop()) await ask(next, turn);
		});
		await Promise.all(clients);
		if (turn === 0) {
			const tokens = await running();
			t.true(Math.min(...tokens) > 0, `prompts' tokens by rank: ${tokens.join(" ")}`);
			t.true(Math.max(...tokens) <= 3 * Math.min(...tokens), `prompts' tokens by rank: ${tokens.join(" ")}`);
		}
	}
	t.log(
		`${found} of ${later} later turns found the turn before; tokens by rank ${(await running()).join(" ")}`,
	);
	t.true(found >= 0.8 * later, `${found} of ${later}`);
});
