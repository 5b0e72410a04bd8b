import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { Browser, Page } from "playwright-core";
import { mergeStatistics, type RankStatistics, writeReport } from "../../../src/llama/index.ts";
import { findChromium, openBrowser } from "../support/browser.ts";
import { temporaryFolder } from "../support/models.ts";
import { recorded } from "../support/statistics.ts";

const folder = temporaryFolder();
const chromium = findChromium();
const inBrowser = chromium === undefined ? test.skip : test.serial;
let browser: Browser;
test.before(async () => {
	if (chromium !== undefined) browser = await openBrowser(chromium);
});
test.after.always(() => browser?.close());

const RED = { light: [200, 16, 46], dark: [255, 92, 108] } as const;

/** Two ranks of ten requests of 100 ms, of which one fails; the second starts 100 ms later. */
function example(error = "Cannot run it"): RankStatistics[] {
	return [0, 1].map((rank) => {
		const requests = Array.from({ length: 10 }, (_, index) => ({
			totalMs: 100,
			ttftMs: 20 + 40 * rank + index,
			...(rank === 1 && index === 4 ? { error } : {}),
		}));
		return { ...recorded(rank, requests), clock: { offsetMs: 100 * rank, errorMs: 0.2 } };
	});
}

async function open(
	t: ExecutionContext,
	statistics: RankStatistics[],
	scheme: "light" | "dark",
	width = 1200,
) {
	const path = join(folder, `${scheme}-${width}-${statistics.length}.html`);
	const run = {
		...{ date: "2026-11-26T10:00:00.000Z", command: "tsmpirun -np 2 x.js" },
		versions: { tsmpi: "0.1.0", node: "v20.20.2" },
		sampling: { temperature: 0.8, top_p: 0.95, top_k: 40, min_p: 0.05, seed: 1, max_tokens: null },
	};
	const context = { model: "</script><b>m.gguf", inflight: 1, minSuccess: 99, run };
	await writeReport(mergeStatistics(statistics, context), statistics, { html: path });
	const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
	t.teardown(() => page.close());
	const requests: string[] = [];
	page.on("request", (request) => requests.push(request.url()));
	const problems: string[] = [];
	page.on("pageerror", ({ message }) => problems.push(message));
	page.on("console", (message) => problems.push(message.text()));
	await page.goto(pathToFileURL(path).href);
	await page.waitForSelector("body[data-drawn=true]");
	// uPlot draws after the script has run.
	await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))));
	t.deepEqual(requests, [pathToFileURL(path).href], "the page loads nothing but itself");
	t.deepEqual(problems, []);
	return page;
}

/** How many of a chart's pixels have a colour, nearly. */
function pixels(page: Page, chart: string, colour: readonly number[]): Promise<number> {
	return page.$eval(
		`#${chart} canvas`,
		(canvas, [red = 0, green = 0, blue = 0]) => {
			const { width, height } = canvas as HTMLCanvasElement;
			const image = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height);
			let count = 0;
			const { data } = image ?? { data: [] };
			for (let at = 0; at < data.length; at += 4) {
				const far = [red, green, blue].some((part, index) => Math.abs((data[at + index] ?? 0) - part) > 3);
				if (!far && data[at + 3] === 255) count += 1;
			}
			return count;
		},
		colour,
	);
}

/** Moves the mouse to a place of a chart, given in shares of its plotting area, and reads what is said there. */
async function hover(page: Page, chart: string, x: number, y: number): Promise<string> {
	const area = page.locator(`#${chart} .u-over`);
	await area.scrollIntoViewIfNeeded();
	const box = await area.boundingBox();
	if (box === null) throw new Error(`${chart} is not shown`);
	await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
	return (await page.locator(`#${chart} .tip`).textContent()) ?? "";
}

for (const scheme of ["light", "dark"] as const) {
	inBrowser(
		`--html draws its three charts in ${scheme} colours, and nothing of it needs a network`,
		async (t) => {
			const page = await open(t, example(), scheme);
			const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
			t.is(background, scheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 28)");
			const ranks =
				scheme === "light"
					? [
							[42, 120, 214],
							[235, 104, 52],
						]
					: [
							[91, 157, 240],
							[240, 138, 93],
						];
			// All take 100 ms in all: the curves of E2E lie upon each other.
			await page.getByRole("button", { name: "TTFT" }).click();
			for (const rank of ranks) {
				for (const [chart, least] of [
					["latency", 100],
					["timeline", 1000],
					["throughput", 50],
				] as const) {
					const count = await pixels(page, chart, rank);
					t.true(count >= least, `${chart} has ${count} pixels of ${rank}`);
				}
			}
			// One request of twenty failed.
			const failed = await pixels(page, "timeline", RED[scheme]);
			const whole = await page.locator("#timeline .u-over").boundingBox();
			const share = failed / ((whole?.width ?? 0) * (whole?.height ?? 0));
			t.true(share > 0.02 && share < 0.06, `${share}`);
			t.regex((await page.locator(".missed").textContent()) ?? "", /1 of 20 requests failed/);
			t.true((await page.locator("main").textContent())?.includes("</script><b>m.gguf"), "text is text");
		},
	);
}

inBrowser("--html says under the mouse what is there", async (t) => {
	const page = await open(t, example(), "light");
	// The job takes 1100 ms: rank 0's third request runs from 200, and rank 1 starts at 100 with the fifth at 500.
	const third = await hover(page, "timeline", 250 / 1100, 0.25);
	t.is(third, "request 4 on rank 0, slot 0\nfirst token after 22 ms\n100 ms in all\n10 tokens in, 5 out");
	const failed = await hover(page, "timeline", 550 / 1100, 0.75);
	t.is(failed, "request 9 on rank 1, slot 0\n100 ms in all\nCannot run it");
	t.regex(await hover(page, "throughput", 0.5, 0.5), /^at \d+ ms\nrank 0: \d+ tokens\/s\nrank 1: /);

	await page.getByRole("button", { name: "TTFT" }).click();
	const within = await hover(page, "latency", 0.5, 0.5);
	const pattern = /^TTFT within ([\d.]+) ms\nrank 0: ([\d.]+) %\nrank 1: ([\d.]+) %\nall ranks: ([\d.]+) %$/;
	const [ms = 0, ...shares] = pattern.exec(within)?.slice(1).map(Number) ?? [];
	// Rank 0 takes 20 to 29 ms, rank 1 takes 60 to 69 and has one less: half of the way lies between them.
	t.true(Math.abs(ms - 44.5) <= 1, within);
	t.deepEqual(shares, [100, 0, 52.6]);
	t.true(await page.getByRole("button", { name: "TTFT", pressed: true }).isVisible());
});

inBrowser("--html zooms both charts over time by dragging in one", async (t) => {
	const page = await open(t, example(), "light");
	const before = await pixels(page, "timeline", RED.light);
	const area = page.locator("#throughput .u-over");
	await area.scrollIntoViewIfNeeded();
	const box = await area.boundingBox();
	if (box === null) return t.fail();
	const drag = async (from: number, to: number) => {
		await page.mouse.move(box.x + box.width * from, box.y + 50);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * to, box.y + 50, { steps: 4 });
		await page.mouse.up();
	};
	// Around the request that failed, from 500 to 600 of 1100 ms.
	await drag(450 / 1100, 650 / 1100);
	await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))));
	const after = await pixels(page, "timeline", RED.light);
	t.true(after > 4 * before && after < 7 * before, `${before} pixels, then ${after}`);
});

inBrowser("--html fits a telephone, one rank, and a job in which nothing succeeded", async (t) => {
	for (const statistics of [example(), example().slice(0, 1), [recorded(0, [{ totalMs: 5, error: "no" }])]]) {
		const page = await open(t, statistics, "light", 390);
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		t.true(width <= 390, `${width}`);
	}
	const many = Array.from({ length: 40 }, (_, rank) => recorded(rank, [{ totalMs: 100 + rank }]));
	const page = await open(t, many, "light");
	t.true((await pixels(page, "timeline", [42, 120, 214])) > 1000);
	t.is(await page.locator("#latency .legend span").count(), 1);
	// They take 100 to 139 ms: of many, the slowest is told.
	t.regex(
		await hover(page, "latency", 0.5, 0.5),
		/^E2E within 1(19|20) ms\nrank \d+: 0\.0 %\nall ranks: \d+\.\d %$/,
	);
});

inBrowser("--html shows how long a request waited for its slot", async (t) => {
	// It waits for 900 of 1000 ms.
	const page = await open(t, [recorded(0, [{ totalMs: 1000, queueMs: 900, ttftMs: 950 }])], "light");
	t.regex(await hover(page, "timeline", 0.5, 0.5), /^request 0 on rank 0, slot 0\nwaited 900 ms\n/);
	// A thin line of the rank's colour, seen through: neither the row's background nor the colour itself.
	const waiting = await page.$eval("#timeline canvas", (canvas) => {
		const { width, height } = canvas as HTMLCanvasElement;
		const context = (canvas as HTMLCanvasElement).getContext("2d");
		const { data } = context?.getImageData(Math.round(width / 2), 0, 1, height) ?? { data: [] };
		let blue = 0;
		for (let at = 0; at < data.length; at += 4) if ((data[at + 2] ?? 0) - (data[at] ?? 0) > 30) blue += 1;
		return { blue, height };
	});
	t.true(waiting.blue >= 1 && waiting.blue < waiting.height / 8, JSON.stringify(waiting));
});

inBrowser("--html tells how it was run, and where a table goes on beyond a telephone's edge", async (t) => {
	const page = await open(t, example(), "light", 390);
	const facts = (await page.locator("dl.facts").textContent()) ?? "";
	for (const text of ["2026-11-26T10:00:00.000Z", "tsmpi 0.1.0", "tsmpirun -np 2 x.js", "temperature 0.8"]) {
		t.true(facts.includes(text), `${text} in ${facts}`);
	}
	const table = await page.$eval(".scroll", (element) => ({
		hidden: element.scrollWidth - element.clientWidth,
		shadows: getComputedStyle(element).backgroundAttachment,
	}));
	t.true(table.hidden > 0);
	t.is(table.shadows, "local, local, scroll, scroll");
	// The definitions are there for who asks.
	t.false(await page.getByText("request start to first token").isVisible());
	await page.getByText("What the figures mean").click();
	t.true(await page.getByText("request start to first token").isVisible());
});
