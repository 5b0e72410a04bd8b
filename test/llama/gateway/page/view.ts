import type { ExecutionContext } from "ava";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Stage } from "./stage.ts";

/** The page in a browser whose clock only moves when the test says so. */
export interface View {
	readonly page: Page;
	/** What went wrong in the page, besides answers that it could not get. */
	readonly problems: readonly string[];
	/** The addresses that it asked for. */
	readonly requests: readonly string[];
	/** Lets seconds pass, and waits for each look at the server. */
	looks(count: number): Promise<void>;
	/** The two texts of a tile. */
	tile(name: string): Promise<string>;
	/** Waits until an element has such a text. */
	has(selector: string, text: string | RegExp): Promise<void>;
}

/** Opens the page and waits for its first look at the server. */
export async function view(
	t: ExecutionContext,
	browser: Browser,
	stage: Pick<Stage, "url">,
	options: BrowserContextOptions & { readonly realTime?: boolean } = {},
): Promise<View> {
	const { realTime = false, ...rest } = options;
	const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...rest });
	t.teardown(() => page.close());
	page.setDefaultTimeout(20_000);
	const problems: string[] = [];
	page.on("pageerror", ({ message }) => problems.push(message));
	page.on("console", (message) => {
		if (!message.text().startsWith("Failed to load resource")) problems.push(message.text());
	});
	const requests: string[] = [];
	page.on("request", (request) => requests.push(request.url()));
	if (!realTime) {
		await page.clock.install();
		await page.clock.pauseAt(Date.now() + 1000);
	}
	await page.goto(stage.url);
	const looked = (count: number) =>
		page.waitForFunction((least) => Number(document.body.dataset.looked ?? 0) >= least, count, {
			polling: 20,
		});
	await looked(1);
	let seen = 1;
	return {
		...{ page, problems, requests },
		looks: async (count) => {
			for (let each = 0; each < count; each++) {
				await page.clock.runFor(1000);
				await looked(++seen);
			}
		},
		tile: async (name) => (await page.locator(`#tile-${name} > *`).allTextContents()).join("\n"),
		has: async (selector, text) => {
			const pattern = typeof text === "string" ? { text } : { source: text.source, flags: text.flags };
			await page.waitForFunction(
				([where, { text: whole, source, flags }]) => {
					const found = document.querySelector(where)?.textContent ?? "";
					return source === undefined ? found === whole : new RegExp(source, flags).test(found);
				},
				[selector, pattern as { text?: string; source?: string; flags?: string }] as const,
				{ polling: 20 },
			);
		},
	};
}

/** Texts that are too pale for their background by WCAG's rule AA. */
export function paleTexts(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const parts = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
		const light = (colour: string) => {
			const [red = 0, green = 0, blue = 0] = parts(colour).map((part) => {
				const share = part / 255;
				return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
			});
			return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
		};
		const behind = (start: Element) => {
			for (let each: Element | null = start; each !== null; each = each.parentElement) {
				const { backgroundColor } = getComputedStyle(each);
				if (parts(backgroundColor)[3] !== 0) return backgroundColor;
			}
			return "rgb(255, 255, 255)";
		};
		const pale: string[] = [];
		for (const each of document.querySelectorAll("body *")) {
			const own = [...each.childNodes].some(({ nodeType, data }: ChildNode & { data?: string }) => {
				return nodeType === Node.TEXT_NODE && (data ?? "").trim() !== "";
			});
			if (!own || each.getClientRects().length === 0) continue;
			const [a, b] = [light(getComputedStyle(each).color), light(behind(each))];
			const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			if (contrast < 4.5) pale.push(`${each.textContent} ${contrast.toFixed(2)}`);
		}
		return pale;
	});
}
