// What a decision of the schedule costs, without any I/O: ranks that answer in a random order, up to 1,000 of them and
// 1,000,000 prompts of which a tenth is 20 times as long. The cost must grow with neither.
//   node bench/schedule.js
import { random } from "./random.js";
import { row } from "./table.js";

/** The schedule is no public name. @type {typeof import("../src/llama/schedule/scheduler.ts")} */
const { Scheduler } = await import(new URL("../dist/src/llama/schedule/scheduler.js", import.meta.url).href);
/** @type {typeof import("../src/llama/schedule/policies.ts")} */
const { POLICIES } = await import(new URL("../dist/src/llama/schedule/policies.js", import.meta.url).href);

const SLOTS = 4;
const WINDOW = 4096;
const BEGINNINGS = Array.from({ length: 64 }, (_, index) => `${index} `.repeat(200));

/** Microseconds per prompt. @param {import("tsmpi/llama").Policy} policy @param {number} ranks @param {number} prompts */
function measure(policy, ranks, prompts) {
	const next = random(1);
	const scheduler = new Scheduler({
		policy,
		textOf: ({ id }) => `${BEGINNINGS[(id * 31) % 64]}${id}`,
	});
	for (let rank = 0; rank < ranks; rank++) scheduler.join(rank, SLOTS);
	/** @type {{ rank: number, id: number }[]} */
	const running = [];
	let read = 0;
	let ended = 0;
	const start = performance.now();
	while (ended < prompts) {
		while (read < prompts && scheduler.queued < WINDOW) {
			const maxTokens = next() < 0.1 ? 1280 : 64;
			scheduler.add({ id: read++, promptTokens: 100, maxTokens, priority: read % 3 });
			if (read === prompts) scheduler.close();
			// Dealt out at once, it would be read at once.
			if (policy === "round-robin" && read % WINDOW === 0) break;
		}
		for (let each = scheduler.next(); each !== undefined; each = scheduler.next()) {
			running.push({ rank: each.rank, id: each.item.id });
		}
		// Any of those that run ends next.
		const at = Math.floor(next() * running.length);
		const { rank, id } = running[at] ?? { rank: 0, id: 0 };
		running[at] = running[running.length - 1] ?? { rank, id };
		running.pop();
		scheduler.finished(rank, id);
		ended += 1;
	}
	return ((performance.now() - start) / prompts) * 1000;
}

row(["policy", "ranks", "prompts", "us per prompt"]);
for (const policy of POLICIES) {
	measure(policy, 4, 20_000);
	for (const [ranks, prompts] of /** @type {const} */ ([
		[4, 10_000],
		[4, 1_000_000],
		[1000, 10_000],
		[1000, 1_000_000],
	])) {
		row([policy, `${ranks}`, `${prompts}`, measure(policy, ranks, prompts).toFixed(2)]);
	}
}
