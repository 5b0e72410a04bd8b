import test from "ava";
import { type GenerateTask, promptsFor } from "../../../src/llama/openai/task.ts";

const task = (changes: Partial<GenerateTask>): GenerateTask => ({
	...{ kind: "generate", prompts: ["Hi", [{ role: "user", content: "Yo" }]] },
	...{ maxTokens: 1, temperature: 0, seed: 1 },
	...changes,
});

test("a plain prompt is a user's turn where the model has a template, behind its system turn", (t) => {
	const chat = [{ role: "user", content: "Yo" }];
	const user = { role: "user", content: "Hi" };
	const model = { chatTemplate: true };
	t.deepEqual(promptsFor(task({}), model), ["Hi", chat]);
	t.deepEqual(promptsFor(task({ plain: {} }), model), [[user], chat]);
	const system = { role: "system", content: "S" };
	t.deepEqual(promptsFor(task({ plain: { system: "S" } }), model), [[system, user], chat]);
});

test("without a template it is continued, and a system message is its beginning", (t) => {
	const model = { chatTemplate: false };
	t.deepEqual(promptsFor(task({ plain: {} }), model)[0], "Hi");
	t.deepEqual(promptsFor(task({ plain: { system: "S" } }), model)[0], "S\n\nHi");
});
