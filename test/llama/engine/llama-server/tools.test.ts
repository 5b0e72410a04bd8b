import { join } from "node:path";
import test from "ava";
import { complete, type EngineError, startEngine } from "../../../../src/llama/index.ts";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
const tools = [
	{
		type: "function",
		function: { name: "look", parameters: { type: "object", properties: {}, required: [] } },
	},
];
const messages = [{ role: "user", content: "Hi" }];
const TEMPLATE =
	"{% if tools %}[tools]{% for tool in tools %}{{ tool | tojson }}{% endfor %}{% endif %}" +
	"{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}" +
	"{% for call in m.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}<|im_end|>\n" +
	"{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
const run = LLAMA_SERVER === undefined ? test.skip : test;

run("tools reach the chat template of llama-server", async (t) => {
	const engine = await startEngine({
		...{
			model: await writeCycle(join(folder, "tools.gguf"), { template: TEMPLATE }),
			engine: "llama-server",
			gpu: "cpu",
			threads: 1,
		},
		...{ slots: 2, contextSize: 512 },
	});
	t.teardown(() => engine.close());
	const offered = await complete(engine, messages, { maxTokens: 3, chat: { tools } });
	const without = await complete(engine, messages, { maxTokens: 3 });
	t.true(offered.usage.promptTokens > without.usage.promptTokens + 30, "the tools reach the template");
	const plain = await complete(engine, messages, { maxTokens: 3, chat: { tools, toolChoice: "none" } });
	t.is(plain.text.length, 3);
	const stopTokens = { sampling: { stopTokens: [1] }, chat: { tools } };
	await t.throwsAsync(complete(engine, messages, stopTokens), {
		code: "ERR_UNSUPPORTED",
		message: /stop_token_ids/,
	});
});

run("tools are refused where the chat template would drop them", async (t) => {
	const engine = await startEngine({
		...{
			model: await writeCycle(join(folder, "toolless.gguf")),
			engine: "llama-server",
			gpu: "cpu",
			threads: 1,
		},
		...{ slots: 1, contextSize: 512 },
	});
	t.teardown(() => engine.close());
	await t.throwsAsync(complete(engine, messages, { chat: { tools } }), {
		...{ code: "ERR_UNSUPPORTED", message: /chat template does not know of any/ },
	});
});

run("an image without a model that sees is an error", async (t) => {
	const engine = await startEngine({
		...{
			model: await writeCycle(join(folder, "blind.gguf")),
			engine: "llama-server",
			gpu: "cpu",
			threads: 1,
		},
		...{ slots: 1, contextSize: 512 },
	});
	t.teardown(() => engine.close());
	const content = [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }];
	const error = await t.throwsAsync<EngineError>(complete(engine, [{ role: "user", content }]), {
		code: "ERR_UNSUPPORTED",
		message: /message 1 has a part of type "image_url".*--mmproj/,
	});
	t.is(error?.param, "messages[0].content");
});
