import { join } from "node:path";
import test from "ava";
import { complete, startEngine } from "../../../../src/llama/index.ts";
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
const run = LLAMA_SERVER === undefined ? test.skip : test;

run("llama-server calls a tool that it must call", async (t) => {
	const engine = await startEngine({
		...{
			model: await writeCycle(join(folder, "tools.gguf")),
			engine: "llama-server",
			gpu: "cpu",
			threads: 1,
		},
		...{ slots: 2, contextSize: 512 },
	});
	t.teardown(() => engine.close());
	const called = await complete(engine, messages, {
		maxTokens: 120,
		chat: { tools, toolChoice: "required" },
	});
	t.is(called.finishReason, "tool_calls");
	t.like(called.toolCalls?.[0], { type: "function", function: { name: "look" } });
	const plain = await complete(engine, messages, { maxTokens: 3, chat: { tools, toolChoice: "none" } });
	t.is(plain.text.length, 3);
	const stopTokens = { sampling: { stopTokens: [1] }, chat: { tools } };
	await t.throwsAsync(complete(engine, messages, stopTokens), {
		code: "ERR_UNSUPPORTED",
		message: /stop_token_ids/,
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
	await t.throwsAsync(complete(engine, [{ role: "user", content }]), { message: /image/ });
});
