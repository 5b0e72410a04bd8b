import test from "ava";
import { findChromium, openBrowser } from "../../support/browser.ts";
import { serve } from "../../support/serve.ts";
import { view } from "./view.ts";

const chromium = findChromium();

(chromium === undefined ? test.skip : test)(
	"the page shows a real gateway, and chats with its model",
	async (t) => {
		const serving = await serve(t);
		const browser = await openBrowser(chromium ?? "");
		t.teardown(() => browser.close());
		const { page, problems, has, tile } = await view(t, browser, serving, { realTime: true });
		await has("#state", "ready");
		await has("#ranks tr:nth-child(2) [data-name=state]", "up");
		await has("#ranks tr:nth-child(1) .count", /^0 of [1-9]\d* busy$/);
		await page.getByText("Settings").click();
		await page.getByLabel("Most tokens").fill("8");
		await page.fill("#message", "Hello");
		await page.press("#message", "Enter");
		await page.waitForSelector(".answer[aria-busy=false]");
		t.is(await page.locator(".failed").count(), 0);
		t.regex((await page.locator(".answer .line").textContent()) ?? "", /^TTFT .* [1-8] tokens?/);
		await has("#tile-success", /100 %none of 1 failed/);
		await has("#tile-tokens strong", /^(?!0$|–)/);
		t.regex(await tile("ttft"), /^TTFT p95\n.*\d m?s\n/);
		t.deepEqual(problems, []);
	},
);
