// What a decision of a server's schedule costs, without any I/O: conversations of about 8 KB with a system prompt in common
// over 4 ranks of 8 slots, all slots free, so that each decision looks at all of them.
//   node bench/online-schedule.js
import { random } from "./random.js";
import { row } from "./table.js";

/** The schedule is no public name. @type {typeof import("../src/llama/schedule/online/online-schedule.ts")} */
const { OnlineSchedule } = await import(
	new URL("../dist/src/llama/schedule/online/online-schedule.js", import.meta.url).href
);

const RANKS = 4;
const SLOTS = 8;
const CHARS = 8_000;
const ROUNDS = 4_000;

/** @param {number} system Characters that all begin with. @param {import("tsmpi/llama").Policy} policy */
function measure(policy, system) {
	const next = random(1);
	const texts = Array.from({ length: RANKS * SLOTS }, (_, index) =>
		`${"s".repeat(system)}#${index}#`.padEnd(CHARS, "conversation "),
	);
	let now = 0;
	const schedule = new OnlineSchedule({
		policy,
		textOf: (/** @type {any} */ { text }) => text,
		now: () => now,
	});
	for (let rank = 0; rank < RANKS; rank++) schedule.join(rank, SLOTS);
	const item = (/** @type {number} */ id, /** @type {string} */ text) => ({
		...{ id, text, promptTokens: CHARS / 4, maxTokens: 100, priority: 0 },
	});
	const measured = {
		promptTokens: 20,
		cachedTokens: 1980,
		completionTokens: 50,
		prefillMs: 5,
		decodeMs: 250,
	};
	for (const [id, text] of texts.entries()) schedule.add(item(id, text));
	/** @type {{ rank: number, id: number }[]} */
	const running = [];
	for (let given = schedule.next(); given !== undefined; given = schedule.next())
		running.push({ rank: given.rank, id: given.item.id });
	for (const { rank, id } of running) schedule.finished(rank, id, { ...measured, text: "" });
	const times = [];
	for (let round = 0; round < ROUNDS; round++) {
		now += 100;
		const id = texts.length + round;
		// Each comes as a text of its own, as one that was parsed.
		const text = Buffer.from(`${texts[Math.floor(next() * texts.length)]} and a question`).toString();
		const one = item(id, text);
		const start = performance.now();
		schedule.admit(one);
		schedule.add(one);
		const given = schedule.next();
		times.push((performance.now() - start) * 1000);
		schedule.finished(given?.rank ?? 0, id, { ...measured, text: "" });
	}
	const sorted = times.slice(ROUNDS / 4).sort((a, b) => a - b);
	return [0.5, 0.99].map((part) =>
		/** @type {number} */ (sorted[Math.floor(part * sorted.length)]).toFixed(1),
	);
}

row(["policy", "in common", "us, p50", "us, p99"]);
for (const policy of /** @type {const} */ (["prefix", "dynamic", "round-robin"])) {
	for (const system of [0, 2_000, 7_900]) row([policy, `${system}`, ...measure(policy, system)]);
}
