import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { init } from "../../../src/index.ts";
import { RestartingEngine } from "../../../src/llama/engine/restarting.ts";
import type { Ending } from "../../../src/llama/index.ts";
import { openBatch, type Prompt, runBatch, startMeasurement } from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
/** A world of one. */
const mpi = await init();

/** Dies of one prompt; those that run with it die with it. */
class MortalEngine extends EchoEngine {
	readonly seen: Prompt[] = [];

	override async *generate(prompt: Prompt, options?: Parameters<EchoEngine["generate"]>[1]) {
		this.seen.push(prompt);
		if (prompt === "poison") this.die();
		for await (const event of super.generate(prompt, options)) {
			if (this.failure !== undefined) throw this.failure;
			yield event;
		}
	}
}

/** Answers nothing until it is released. */
function stalledEngine() {
	let release = () => {};
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	class StalledEngine extends EchoEngine {
		override async *generate(prompt: Prompt, options?: Parameters<EchoEngine["generate"]>[1]) {
			await released;
			yield* super.generate(prompt, options);
		}
	}
	return { engine: new StalledEngine(), release };
}

const SAMPLING = { maxTokens: 8, temperature: 0, seed: 100 };

interface Setup {
	readonly prompts: readonly string[];
	readonly engine: RestartingEngine | EchoEngine;
	readonly onEnd?: (ending: Ending) => Promise<void> | undefined;
	readonly inflight?: number;
}

async function run(name: string, { prompts, engine, onEnd, inflight = 3 }: Setup) {
	const path = join(folder, `${name}.txt`);
	writeFileSync(path, prompts.map((prompt) => `${prompt}\n`).join(""));
	const out = join(folder, `${name}.jsonl`);
	const batch = await openBatch(mpi, { ...SAMPLING, in: path, out });
	const measurement = await startMeasurement(mpi, engine);
	const outcome = await runBatch(mpi, engine, batch, {
		...{ policy: "dynamic", inflight, measurement },
		...(onEnd === undefined ? {} : { onEnd }),
	});
	const lines = readFileSync(out, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	return { outcome, lines };
}

test.serial(
	"runBatch() ends every prompt once, each with its own seed, no more at a time than allowed",
	async (t) => {
		const engine = new EchoEngine();
		const prompts = Array.from({ length: 10 }, (_, index) => (index === 4 ? "bad" : `p${index}`));
		const ids: (string | null)[] = [];
		const { outcome, lines } = await run("each", {
			prompts,
			engine,
			onEnd: ({ request }) => {
				ids.push(request.customId);
				return undefined;
			},
		});
		t.is(engine.mostRunning, 3);
		t.deepEqual(
			lines.map(({ index }) => index),
			prompts.map((_, index) => index),
		);
		t.like(lines[2], {
			index: 2,
			rank: 0,
			text: "p2:102",
			prompt_tokens: 2,
			cached_tokens: 1,
			total_ms: 3,
			error: null,
		});
		// A reason of several lines becomes one.
		t.like(lines[4], { index: 4, text: null, completion_tokens: null, error: "bad; prompt" });
		t.deepEqual(ids.toSorted(), lines.map(({ index }) => `${index}`).toSorted());
		t.like(outcome?.statistics[0], {
			rank: 0,
			ok: 9,
			failed: 1,
			errors: [{ code: "prompt", count: 1, reason: "bad; prompt" }],
		});
		t.deepEqual(outcome?.delivery, { retried: 0, requeued: 0, lost: 0, duplicate: 0 });
	},
);

test.serial("a prompt that kills every engine is condemned, and no other", async (t) => {
	const engines: MortalEngine[] = [];
	const next = async () => {
		const engine = new MortalEngine();
		engines.push(engine);
		return engine;
	};
	const engine = new RestartingEngine(await next(), next, { backoffMs: 1 });
	const prompts = ["a", "b", "poison", "c", "d", "e", "f"];
	const { outcome, lines } = await run("poison", { prompts, engine });
	t.deepEqual(
		lines.map(({ error }) => error),
		[null, null, "Two engines died while they ran this request", null, null, null, null],
	);
	t.is(engines.length, 3);
	t.like(outcome?.statistics[0], { ok: 6, failed: 1 });
	t.like(outcome?.delivery, { lost: 0, duplicate: 0 });
	const last = engines[1]?.seen.indexOf("poison") ?? -1;
	t.is(last, (engines[1]?.seen.length ?? 0) - 1, "nothing was started beside it");
});

test.serial("when no engine is left every prompt ends as an error that says why", async (t) => {
	const first = new EchoEngine();
	const engine = new RestartingEngine(
		first,
		async () => {
			const again = new EchoEngine();
			again.die();
			return again;
		},
		{ restarts: 2, backoffMs: 1 },
	);
	first.die();
	const { outcome, lines } = await run("none", { prompts: ["a", "b", "c", "d"], engine });
	t.deepEqual(
		lines.map(({ error }) => error),
		new Array(4).fill("No engine is left to run this request: it died"),
	);
	t.like(outcome?.statistics[0], { ok: 0, failed: 4 });
});

test.serial("while onEnd() makes it wait, nothing more is handed out", async (t) => {
	const engine = new MortalEngine();
	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	let onFirst = () => {};
	const first = new Promise<void>((resolve) => {
		onFirst = resolve;
	});
	let ended = 0;
	const prompts = Array.from({ length: 50 }, (_, index) => `p${index}`);
	const running = run("held", {
		prompts,
		engine,
		inflight: 2,
		onEnd: () => {
			onFirst();
			return ended++ === 0 ? held : undefined;
		},
	});
	await first;
	// What was under way ends; with nothing held back, all fifty would.
	for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
	t.true(engine.seen.length <= 4, `${engine.seen.length} were handed out`);
	release();
	t.is((await running).lines.length, 50);
});

for (const [what, count, characters, most] of [
	["prompts", 10_000, 100, 4096 + 2 + 2600],
	["characters", 60, 1_000_000, 20],
] as const) {
	test.serial(`no more than a window of ${what} is read ahead of a slow engine`, async (t) => {
		const { engine, release } = stalledEngine();
		const path = join(folder, `ahead-${what}.txt`);
		writeFileSync(path, Array.from({ length: count }, () => `${"x".repeat(characters)}\n`).join(""));
		const batch = await openBatch(mpi, { ...SAMPLING, in: path });
		const measurement = await startMeasurement(mpi, engine);
		const running = runBatch(mpi, engine, batch, { policy: "dynamic", inflight: 2, measurement });
		// The reader is done when nothing more comes for many turns.
		let read = -1;
		for (let quiet = 0; quiet < 300; quiet++) {
			await new Promise((resolve) => setImmediate(resolve));
			if (batch?.counts.read !== read) quiet = 0;
			read = batch?.counts.read ?? 0;
		}
		t.true(read < count && read <= most, `${read} of ${count} were read`);
		release();
		t.is((await running)?.statistics[0]?.ok, count);
	});
}

const MISTAKES: readonly (readonly [string, object, RegExp])[] = [
	["openBatch", { prompts: "p.txt" }, /^Cannot open a batch: unknown option "prompts": /],
	[
		"openBatch",
		{ temperature: "hot" },
		/^Cannot open a batch: option "temperature" must be a number from 0 to 100, not "hot"$/,
	],
	["openBatch", { requests: 0 }, /^Cannot open a batch: option "requests" must be a whole number from 1 /],
	["runBatch", { inFlight: 4 }, /^Cannot run a batch: unknown option "inFlight": did you mean "inflight"\?$/],
	["runBatch", { policy: "fair" }, /^Cannot run a batch: option "policy" must be "dynamic", /],
	["runBatch", { onEnd: 5 }, /^Cannot run a batch: option "onEnd" must be a function, not 5$/],
];
for (const [call, options, message] of MISTAKES) {
	test.serial(`${call}(${JSON.stringify(options)}) is refused`, async (t) => {
		const refused =
			call === "openBatch" ? openBatch(mpi, options) : runBatch(mpi, new EchoEngine(), undefined, options);
		await t.throwsAsync(refused, { code: "ERR_ARG", message });
	});
}

test.serial("every option has a default: the built-in prompts run, and nothing is written", async (t) => {
	const outcome = await runBatch(mpi, new EchoEngine(), await openBatch(mpi));
	t.like(outcome?.statistics[0], { ok: 12, failed: 0 });
});

test.serial(
	"an abort ends a run early; what was not answered stays open, and pieces were heard",
	async (t) => {
		const path = join(folder, "abort.txt");
		const out = join(folder, "abort.jsonl");
		writeFileSync(path, Array.from({ length: 200 }, (_, index) => `p${index}\n`).join(""));
		const controller = new AbortController();
		const pieces: string[] = [];
		let ended = 0;
		const outcome = await runBatch(mpi, new EchoEngine(), await openBatch(mpi, { in: path, out }), {
			inflight: 2,
			signal: controller.signal,
			onPiece: ({ customId }, text) => pieces.push(`${customId} ${text}`),
			onEnd: () => {
				if (++ended === 20) controller.abort();
				return undefined;
			},
		});
		t.deepEqual(outcome?.delivery, { retried: 0, requeued: 0, lost: 0, duplicate: 0 });
		t.true(ended >= 20 && ended < 40, `${ended}`);
		t.true(pieces.length >= ended);
		t.is(pieces[0], "0 p0:1");
		const rest = await openBatch(mpi, { in: path, out, resume: true, requests: 200 });
		t.is((await runBatch(mpi, new EchoEngine(), rest))?.statistics[0]?.ok, 200 - ended);
	},
);
