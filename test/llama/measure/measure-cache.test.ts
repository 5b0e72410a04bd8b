import test from "ava";
import {
	EngineError,
	formatReport,
	markdownReport,
	measureCache,
	mergeStatistics,
	type Prompt,
} from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";
import { recorded } from "../support/statistics.ts";

/** Refuses what is too long for it. */
class SmallEngine extends EchoEngine {
	override async *generate(prompt: Prompt, options?: Parameters<EchoEngine["generate"]>[1]) {
		if (String(prompt).length > 20) throw new EngineError("ERR_PROMPT_TOO_LONG", `${prompt} is too long`);
		yield* super.generate(prompt, options);
	}
}

test("prompts that could not be measured are told in the report, with the reason of the first", async (t) => {
	const prompts = ["a", "a prompt of many words", "b", "another one of many words"];
	const cache = await measureCache(new SmallEngine(), prompts, { nonce: "n" });
	t.like(cache, { failed: 2, reason: "n-1 a prompt of many words is too long" });
	t.is((await measureCache(new SmallEngine(), ["a"])).reason, undefined);

	const ranks = [0, 1].map((rank) => ({ ...recorded(rank, [{ totalMs: 5 }]), cache }));
	const report = mergeStatistics(ranks);
	t.like(report.total.cache, { failed: 4, reason: cache.reason ?? "" });
	const note = "4 of 8 prompts could not be run and are left out: n-1 a prompt of many words is too long";
	t.true(formatReport(report).includes(`\n(${note})\n`), formatReport(report));
	t.true(markdownReport(report).includes(`\n${note}.\n`));
});
