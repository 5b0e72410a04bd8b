import test from "ava";
import type { Browser } from "playwright-core";
import { findChromium, openBrowser } from "../../support/browser.ts";
import { Stage } from "./stage.ts";
import { paleTexts, view } from "./view.ts";

const chromium = findChromium();
const inBrowser = chromium === undefined ? test.skip : test;
let browser: Browser;
test.before(async () => {
	if (chromium !== undefined) browser = await openBrowser(chromium);
});
test.after.always(() => browser?.close());

async function staged(
	t: { teardown(end: () => Promise<void>): void },
	options: Parameters<Stage["open"]>[0] = {},
) {
	const stage = await new Stage().open(options);
	t.teardown(() => stage.close());
	return stage;
}

for (const colorScheme of ["light", "dark"] as const) {
	for (const width of [1400, 390]) {
		inBrowser(`the page fits ${width} pixels in ${colorScheme}, and needs no other server`, async (t) => {
			const stage = await staged(t);
			stage.model = "</h1><script>throw 1</script>a-model-with-a-name-as-long-as-file-names-are-Q4_K_M.gguf";
			const { page, problems, requests, looks } = await view(t, browser, stage, {
				...{ colorScheme, viewport: { width, height: 900 } },
			});
			stage.answered(20);
			await looks(3);
			t.is(await page.locator("h1").textContent(), stage.model, "text is text");
			t.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
			t.deepEqual(await paleTexts(page), []);
			const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
			t.is(background, colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 28)");
			t.deepEqual(
				[...new Set(requests.map((url) => new URL(url).origin))].filter((o) => o !== "null"),
				[new URL(stage.url).origin],
			);
			t.deepEqual(problems, []);
		});
	}
}

inBrowser("the page computes rates, shares and quantiles from what changes", async (t) => {
	const stage = await staged(t);
	// What was before the page: it is no part of any rate.
	stage.answered(100, { totalMs: 300_000, firstMs: 100_000 });
	const { page, looks, tile } = await view(t, browser, stage);
	t.is(await tile("requests"), "Requests/s\n–\nanswered per second");
	await looks(1);
	t.is(await tile("requests"), "Requests/s\n0\nanswered per second");
	t.is(await tile("ttft"), "TTFT p95\n–\np50 –");
	stage.answered(30, { firstMs: 200, cached: 50 });
	stage.answered(10, { rank: 1, firstMs: 200, cached: 50 });
	stage.waiting = 7;
	for (let each = 0; each < 10; each++) stage.metrics.failed("engine_died");
	stage.metrics.refused("invalid");
	for (let each = 0; each < 3; each++) stage.metrics.refused("queue_full");
	stage.metrics.engineRestarted(1);
	await looks(1);
	// 40 answers of 10 tokens and of 100 read, in the two seconds since the page was opened.
	t.is(await tile("requests"), "Requests/s\n20\nanswered per second");
	t.is(await tile("tokens"), "Tokens/s\n200\n2000 read per second");
	t.is(await tile("running"), "Running\n2\n7 waiting");
	t.is(await tile("success"), "Success\n93.3 %\n10 of 150 failed");
	t.is(await tile("refused"), "Refused\n4\n3 queue full");
	// All between the bounds of 100 and 250 ms.
	t.is(await tile("ttft"), "TTFT p95\n243 ms\np50 175 ms");
	t.is(await tile("e2e"), "E2E p95\n990 ms\np50 900 ms");
	t.is(await tile("cached"), "Cached\n50 %\n14.2 % since start");
	const rank = async (row: number) =>
		(await page.locator(`#ranks tr:nth-child(${row}) > *`).allTextContents()).join(" ");
	t.regex(await rank(1), /^0\s+node1\s+CPU 0\s+up\s+1 of 4 busy\s+150\s+1\s+0$/);
	t.regex(await rank(2), /^1\s+node1\s+CPU 1\s+up\s+1 of 4 busy\s+50\s+1\s+1$/);
	// 4000 of 4096 x 4 characters.
	const cell = page.locator("#ranks tr:first-child .boxes i").first();
	t.is(await cell.getAttribute("title"), "slot 0: busy, holds about 1000 of 4096 tokens");
	t.is(await cell.locator("b").evaluate(({ clientHeight }) => clientHeight), 4);
	// More than ten seconds on, nothing came: the rates are nought, the times are of the last minute still.
	await looks(13);
	t.is(await tile("requests"), "Requests/s\n0\nanswered per second");
	t.regex(await tile("ttft"), /^TTFT p95\n243 ms/);
	await looks(61);
	t.is(await tile("ttft"), "TTFT p95\n–\np50 –");
});

inBrowser("the page draws its charts, and says under the mouse what is there", async (t) => {
	const stage = await staged(t);
	const { page, looks } = await view(t, browser, stage);
	for (let second = 0; second < 30; second++) {
		stage.answered(second);
		await looks(1);
	}
	for (const chart of ["tokens", "queue", "ttft"]) {
		const blue = await page.$eval(`#chart-${chart} canvas`, (canvas) => {
			const { width, height } = canvas as HTMLCanvasElement;
			const { data } = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height) ?? {
				data: [],
			};
			let count = 0;
			for (let at = 0; at < data.length; at += 4) if ((data[at + 2] ?? 0) - (data[at] ?? 0) > 120) count += 1;
			return count;
		});
		t.true(blue > 20, `${chart} has ${blue} blue pixels`);
	}
	const box = await page.locator("#chart-queue .u-over").boundingBox();
	if (box === null) return t.fail();
	await page.mouse.move(box.x + box.width - 1, box.y + 20);
	await page.waitForFunction(
		() => document.querySelector("#chart-queue .tip")?.textContent !== "",
		undefined,
		{
			polling: 20,
		},
	);
	t.is(await page.locator("#chart-queue .tip").textContent(), "now\nrunning: 2\nwaiting: 0");
});

inBrowser("the page follows a server that loads, drains, goes and comes again", async (t) => {
	const stage = await staged(t);
	stage.state = "Loading model";
	const { page, problems, looks, tile, has } = await view(t, browser, stage);
	await has("#state", "loading");
	stage.state = "ready";
	await looks(1);
	await has("#state", "ready");
	await has("#uptime", /^up for /);
	stage.answered(5);
	await looks(1);
	const [rank] = stage.ranks.splice(1, 1);
	await looks(1);
	t.is(await page.locator("#ranks tr").count(), 1);
	if (rank !== undefined) stage.ranks.push({ ...rank, state: "down", busy: [], free: [0] });
	stage.state = "Draining";
	await looks(1);
	await has("#state", "draining");
	stage.state = "ready";
	await looks(1);
	await has("#ranks tr:nth-child(2) [data-name=state]", "down");
	const { port } = stage;
	await stage.close();
	await looks(1);
	await has("#state", "cannot be reached");
	t.regex(await tile("success"), /100 %/, "what was known stays");
	// It asks again after two seconds, then after four.
	const before = stage.visits.get("/health") ?? 0;
	await page.clock.runFor(1900);
	t.is(await page.getAttribute("body", "data-looked"), "7");
	await page.clock.runFor(200);
	await page.waitForSelector("body[data-looked='8']");
	stage.restart();
	await stage.open({ port });
	await page.clock.runFor(4000);
	await has("#state", "ready");
	t.true((stage.visits.get("/health") ?? 0) > before);
	t.deepEqual(problems, []);
});

inBrowser("the page asks nothing while nobody sees it", async (t) => {
	const stage = await staged(t);
	const { page, looks, has } = await view(t, browser, stage);
	await looks(2);
	const hide = (hidden: boolean) =>
		page.evaluate((value) => {
			Object.defineProperty(document, "hidden", { value, configurable: true });
			document.dispatchEvent(new Event("visibilitychange"));
		}, hidden);
	await hide(true);
	const before = stage.visits.get("/metrics");
	await page.clock.runFor(30_000);
	// An answer of the server, so that what it had been asked before would have been counted.
	await page.evaluate(() => fetch("health"));
	t.is(stage.visits.get("/metrics"), before);
	stage.model = "another.gguf";
	await hide(false);
	await has("h1", "another.gguf");
});

inBrowser("the browser's own password opens the page and all that it asks for", async (t) => {
	const stage = await staged(t, { keys: ["secret"] });
	const httpCredentials = { username: "any", password: "secret" };
	const { has, problems } = await view(t, browser, stage, { httpCredentials });
	await has("#state", "ready");
	t.deepEqual(problems, []);
});

inBrowser("the page asks for a key where the browser has none", async (t) => {
	const stage = await staged(t, { keys: ["secret"], isOpen: true });
	const { page, has } = await view(t, browser, stage);
	await has("#state", "needs a key");
	t.true(await page.locator("#key-value").evaluate((field) => field === document.activeElement));
	await page.fill("#key-value", "wrong");
	await page.press("#key-value", "Enter");
	await has("#key-text", "The server does not know this key.");
	await page.fill("#key-value", "");
	await page.press("#key-value", "Enter");
	await has("#key-text", "A key has no blanks, and is not empty.");
	await page.fill("#key-value", "secret");
	await page.press("#key-value", "Enter");
	await has("#state", "ready");
	t.false(await page.locator("#key").isVisible());
});

test("the page is sent once and then only asked after, and lets nothing in from elsewhere", async (t) => {
	const stage = await staged(t);
	const first = await fetch(stage.url);
	const policy = first.headers.get("content-security-policy") ?? "";
	t.regex(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
	t.regex(policy, /connect-src 'self'; .*frame-ancestors 'none'$/);
	t.is(first.headers.get("cache-control"), "no-cache");
	t.is(first.headers.get("content-type"), "text/html; charset=utf-8");
	t.regex(await first.text(), /^<!doctype html>/);
	const again = await fetch(stage.url, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
	t.is(again.status, 304);
	t.is(await again.text(), "");
});
