import test, { type ExecutionContext } from "ava";
import type { Browser } from "playwright-core";
import { HttpError } from "../../../../src/llama/gateway/http/http-error.ts";
import { findChromium, openBrowser } from "../../support/browser.ts";
import { chunk, Stage, say } from "./stage.ts";
import { view } from "./view.ts";

const chromium = findChromium();
const inBrowser = chromium === undefined ? test.skip : test;
let browser: Browser;
test.before(async () => {
	if (chromium !== undefined) browser = await openBrowser(chromium);
});
test.after.always(() => browser?.close());

async function chat(t: ExecutionContext) {
	const stage = await new Stage().open();
	t.teardown(() => stage.close());
	const opened = await view(t, browser, stage, { realTime: true });
	const { page, has } = opened;
	await has("h1", "m.gguf");
	const ask = async (text: string) => {
		await page.fill("#message", text);
		await page.press("#message", "Enter");
	};
	const last = (part: string) => page.locator(".answer").last().locator(part);
	/** Waits for the end of so many answers. */
	const ended = (count: number) =>
		page.waitForFunction((n) => document.querySelectorAll("[aria-busy=false]").length === n, count);
	return { ...opened, stage, ask, last, ended };
}

inBrowser("a chat of several turns sends what was said, with the settings", async (t) => {
	const { page, stage, ask, last, ended, problems } = await chat(t);
	await ask("Hi <b>there</b>");
	await ended(1);
	t.is(await page.locator(".user .said").textContent(), "Hi <b>there</b>");
	t.is(await last(".said").last().textContent(), "Hello");
	t.regex((await last(".line").textContent()) ?? "", /^TTFT [\d.]+ m?s · 1 token$/);
	await page.getByText("Settings").click();
	await page.getByLabel("System prompt").fill("Be short.");
	await page.getByLabel("Temperature").fill("0.5");
	await page.getByLabel("Most tokens").fill("9");
	stage.answer = (exchange) => say(exchange, ["<img src=x ", "onerror=alert(1)>"], "length");
	await page.getByLabel("Message").fill("And");
	await page.getByLabel("Message").press("Shift+Enter");
	await page.getByLabel("Message").pressSequentially("now?");
	await page.getByRole("button", { name: "Send" }).click();
	await ended(2);
	t.is(await last(".said").last().textContent(), "<img src=x onerror=alert(1)>");
	t.regex((await last(".line").textContent()) ?? "", / 2 tokens · cut at the most tokens$/);
	const { messages, temperature, max_tokens, model } = stage.asked[1] ?? { messages: [] };
	t.deepEqual(messages, [
		{ role: "system", content: "Be short." },
		{ role: "user", content: "Hi <b>there</b>" },
		{ role: "assistant", content: "Hello" },
		{ role: "user", content: "And\nnow?" },
	]);
	t.deepEqual([temperature, max_tokens, model], [0.5, 9, "m.gguf"]);
	t.deepEqual(Object.keys(stage.asked[0] ?? {}), ["model", "messages", "stream", "stream_options"]);
	await page.getByRole("button", { name: "New conversation" }).click();
	t.is(await page.locator(".turn").count(), 0);
	t.deepEqual(problems, []);
});

inBrowser("an answer comes bit by bit, its reasoning apart", async (t) => {
	const { page, stage, ask, last, ended, has } = await chat(t);
	let goOn = () => {};
	stage.answer = async (exchange) => {
		const stream = exchange.stream();
		stream.send(chunk({ reasoning_content: "Hm" }));
		await new Promise<void>((resolve) => {
			goOn = resolve;
		});
		stream.send(chunk({ content: "Yes" }));
		stream.send(chunk({}, "stop"));
		stream.end();
	};
	await ask("Is it?");
	await has(".reasoning .said", "Hm");
	t.is(await page.locator(".answer").getAttribute("aria-busy"), "true");
	t.true(await page.getByRole("button", { name: "Stop" }).isVisible());
	t.false(await page.getByRole("button", { name: "Send" }).isVisible());
	goOn();
	await ended(1);
	t.is(await last("> .said").textContent(), "Yes");
	t.is(await page.locator("#chat-status").textContent(), "The answer is complete.");
});

inBrowser("Stop leaves what has come, and the server hears of it", async (t) => {
	const { page, stage, ask, last, ended, has } = await chat(t);
	const gone = new Promise<void>((resolve) => {
		stage.answer = (exchange) => {
			exchange.onGone(resolve);
			exchange.stream().send(chunk({ content: "One, two" }));
		};
	});
	await ask("Count");
	await has(".answer > .said", "One, two");
	await page.getByRole("button", { name: "Stop" }).click();
	await ended(1);
	t.regex((await last(".line").textContent()) ?? "", /stopped$/);
	stage.answer = (exchange) => say(exchange, ["three"]);
	await ask("Go on");
	await ended(2);
	await gone;
	t.is(stage.asked[1]?.messages[1]?.content, "One, two");
});

inBrowser("what fails is told, and is no part of the conversation", async (t) => {
	const { page, stage, ask, last, ended } = await chat(t);
	const fails = async (count: number, answer: Stage["answer"], text: string) => {
		stage.answer = answer;
		await ask(`try ${count}`);
		await ended(count);
		t.is(await last(".failed").textContent(), text);
		t.is(await page.inputValue("#message"), `try ${count}`, "it can be sent again");
	};
	await fails(
		1,
		() => {
			throw new HttpError(429, { message: "The queue is full.", headers: { "retry-after": "3" } });
		},
		"The queue is full. Try again in 3 s.",
	);
	await fails(
		2,
		(exchange) => {
			const stream = exchange.stream();
			stream.send(chunk({ content: "Hel" }));
			stream.send(JSON.stringify({ error: { message: "The engine died" } }));
			stream.end();
		},
		"The engine died",
	);
	await fails(
		3,
		(exchange) => {
			exchange.stream().send(chunk({ content: "Hel" }));
			exchange.stream().end();
		},
		"The answer broke off.",
	);
	stage.answer = (exchange) => say(exchange, ["Well"]);
	await ask("again");
	await ended(4);
	t.deepEqual(stage.asked[3]?.messages, [{ role: "user", content: "again" }]);
});
