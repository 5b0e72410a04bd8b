import test from "ava";
import { slotTextOf } from "../../../src/llama/openai/slot-text.ts";
import type { GenerateTask } from "../../../src/llama/openai/task.ts";

const TASK = { kind: "generate", maxTokens: 5, temperature: 0, seed: 1 } as const;

test("a conversation's next turn begins with what a slot holds after the one before it", (t) => {
	const first = [
		{ role: "system", content: "Be short." },
		{ role: "user", content: "Hello" },
	];
	const next = [...first, { role: "assistant", content: "Hi." }, { role: "user", content: "And now?" }];
	const held = `${slotTextOf({ ...TASK, prompts: [first] })}Hi.`;
	t.true(slotTextOf({ ...TASK, prompts: [next] }).startsWith(held));
	const plain: GenerateTask = { ...TASK, prompts: ["Hello"], plain: { system: "Be short." } };
	t.is(`${slotTextOf(plain)}Hi.`, held);
});

test("of several prompts the last one is held, with what another engine had generated; embeddings hold nothing", (t) => {
	t.is(slotTextOf({ ...TASK, prompts: ["a", "b"] }), "b");
	t.is(slotTextOf({ ...TASK, prompts: ["Once "], resume: { text: "upon" } }), "Once upon");
	t.is(slotTextOf({ kind: "embed", texts: ["a"], base64: false }), "");
});
