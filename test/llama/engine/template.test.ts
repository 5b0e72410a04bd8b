import { join } from "node:path";
import test from "ava";
import { type ChatMessage, complete, type Engine } from "../../../src/llama/index.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { bytesOf, temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();
const SETTING = { slots: 2, contextSize: 512 };
/** Shows all that a template is given. */
const TELLING =
	"{% for m in messages %}[{{ m.role }}{% if m.name %} {{ m.name }}{% endif %}" +
	"{% if m.tool_call_id %} #{{ m.tool_call_id }}{% endif %}" +
	"{% for c in m.tool_calls or [] %} {{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}]" +
	"{{ m.content }};{% endfor %}" +
	"{% if enable_thinking is defined and not enable_thinking %}(no thoughts){% endif %}" +
	"{% if add_generation_prompt %}[assistant]{% endif %}";
const THINKING = "{{ messages[-1].content }}{% if add_generation_prompt %}<think>\n{% endif %}";
const TURNS: readonly ChatMessage[] = [
	{ role: "user", content: "What is it?", name: "Ann" },
	{
		role: "assistant",
		content: null,
		tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":"it"}' } }],
	},
	{ role: "tool", content: "42", tool_call_id: "c1" },
];

forEachEngine(["node-llama-cpp", "llama-server"], (kind, start) => {
	let telling: Engine;
	let thinking: Engine;

	test.before(async () => {
		[telling, thinking] = await Promise.all([
			start({
				model: await writeCycle(join(folder, `${kind}-tells.gguf`), { template: TELLING }),
				...SETTING,
			}),
			start({
				model: await writeCycle(join(folder, `${kind}-thinks.gguf`), {
					template: THINKING,
					vocabulary: bytesOf("abc</think>XYZ"),
				}),
				...SETTING,
			}),
		]);
	});
	test.after.always(() => Promise.all([telling?.close(), thinking?.close()]));

	test(`${kind}: all that a turn holds reaches the template`, async (t) => {
		t.is(
			await telling.applyTemplate(TURNS),
			'[user Ann]What is it?;[assistant look({"at": "it"})];[tool #c1]42;[assistant]',
		);
	});

	test(`${kind}: the template's own variables reach it, and whether a turn is opened`, async (t) => {
		const turns = [{ role: "user", content: "Hi" }];
		const templateKwargs = { enable_thinking: false };
		t.is(await telling.applyTemplate(turns, { templateKwargs }), "[user]Hi;(no thoughts)[assistant]");
		t.is(await telling.applyTemplate(turns, { addGenerationPrompt: false }), "[user]Hi;");
	});

	test(`${kind}: a last turn of the assistant's is continued only if that is asked for`, async (t) => {
		const turns = [
			{ role: "user", content: "Count" },
			{ role: "assistant", content: "abc" },
		];
		t.is(await telling.applyTemplate(turns), "[user]Count;[assistant]abc;[assistant]");
		const continued = { continueFinalMessage: true };
		t.is(await telling.applyTemplate(turns, continued), "[user]Count;[assistant]abc");
		t.is((await complete(telling, turns, { maxTokens: 3, chat: continued })).text, "def");
		t.not((await complete(telling, turns, { maxTokens: 3 })).text, "def");
	});

	test(`${kind}: parts of text are joined by a line's end`, async (t) => {
		const content = [
			{ type: "text", text: "one" },
			{ type: "text", text: "two" },
		];
		t.is(await telling.applyTemplate([{ role: "user", content }]), "[user]one\ntwo;[assistant]");
	});

	test(`${kind}: thoughts are told apart from the answer`, async (t) => {
		const prompt = [{ role: "user", content: "Why?" }];
		let [thoughts, answer] = ["", ""];
		for await (const event of thinking.generate(prompt, { maxTokens: 14 })) {
			if (event.type === "reasoning") thoughts += event.reasoning;
			if (event.type === "token") answer += event.text;
			if (event.type !== "done") continue;
			t.is(event.reasoning, "abc");
			t.is(event.fullText, "XYZ");
		}
		t.deepEqual([thoughts, answer], ["abc", "XYZ"]);
		const cut = await complete(thinking, prompt, { maxTokens: 2 });
		t.like(cut, { text: "", reasoning: "ab", finishReason: "length" });
	});

	test(`${kind}: a text that is no conversation has no thoughts`, async (t) => {
		const done = await complete(thinking, "Why?<think>\n", { maxTokens: 14 });
		t.is(done.text, "abc</think>XYZ");
		t.is(done.reasoning, undefined);
	});
});

test("node-llama-cpp: what it cannot do is an error that says which engines can", async (t) => {
	const { startEngine } = await import("../../../src/llama/index.ts");
	const model = await writeCycle(join(folder, "refusing.gguf"));
	const engine = await startEngine({ model, ...SETTING, engine: "node-llama-cpp", gpu: "cpu", threads: 1 });
	t.teardown(() => engine.close());
	const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }];
	await t.throwsAsync(complete(engine, image), {
		code: "ERR_UNSUPPORTED",
		message: /image_url.*llama-server/,
	});
	const tools = [{ type: "function", function: { name: "f" } }];
	const asked = complete(engine, [{ role: "user", content: "Hi" }], { chat: { tools } });
	await t.throwsAsync(asked, { code: "ERR_UNSUPPORTED", message: /tools.*llama-server/ });
});
