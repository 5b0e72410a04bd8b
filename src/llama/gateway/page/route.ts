import { createHash } from "node:crypto";
import { inlined } from "../../page/inlined.ts";
import type { Route } from "../http/options.ts";
import { markup } from "./markup.ts";

/** The page, and what it is sent with. */
interface Page {
	readonly html: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** GET /: a page with what the server does, and a box to chat with the model. */
export function pageRoute(): Route {
	let page: Promise<Page> | undefined;
	return {
		method: "GET",
		path: "/",
		challenge: "basic",
		handle: async (exchange) => {
			page ??= readPage();
			const { html, headers } = await page;
			const isKnown = exchange.headers["if-none-match"]?.includes(headers.etag ?? "") === true;
			exchange.reply(isKnown ? 304 : 200, isKnown ? "" : html, headers);
		},
	};
}

async function readPage(): Promise<Page> {
	const parts = await inlined("gateway");
	const html = markup(parts);
	return {
		html,
		headers: {
			"content-type": "text/html; charset=utf-8",
			"cache-control": "no-cache",
			etag: `"${hash(html)}"`,
			// Nothing but these two runs or looks, and it speaks with nobody but this server.
			"content-security-policy": [
				"default-src 'none'",
				`script-src 'sha256-${hash(parts.script)}'`,
				`style-src 'sha256-${hash(parts.style)}'`,
				"img-src data:",
				"connect-src 'self'",
				"base-uri 'none'",
				"form-action 'none'",
				"frame-ancestors 'none'",
			].join("; "),
			"x-content-type-options": "nosniff",
			"referrer-policy": "no-referrer",
		},
	};
}

function hash(text: string): string {
	return createHash("sha256").update(text).digest("base64");
}
