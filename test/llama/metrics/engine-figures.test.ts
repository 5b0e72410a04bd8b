import test from "ava";
import { EngineFigures } from "../../../src/llama/metrics/engine-figures.ts";

test("figures of a rank that tells no more are left out", (t) => {
	let nowMs = 0;
	const figures = new EngineFigures(() => nowMs);
	figures.set(0, { "llamacpp:n_decode_total": 1 });
	nowMs = 20_000;
	figures.set(1, { "llamacpp:n_decode_total": 2 });
	t.regex(figures.render(), /rank="0"\} 1\n.*rank="1"\} 2\n$/);
	nowMs = 31_000;
	t.notRegex(figures.render(), /rank="0"/);
	t.regex(figures.render(), /rank="1"\} 2\n$/);
});
