import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** A Chromium of this machine, or undefined. */
export function findChromium(): string | undefined {
	const folders = (process.env.PATH ?? "").split(delimiter);
	const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
	return names
		.flatMap((name) => folders.map((folder) => join(folder, name)))
		.find((path) => existsSync(path));
}

/** Starts it without a window. */
export function openBrowser(path: string): Promise<Browser> {
	// In a container Chromium's own sandbox does not start, and the page is our own.
	return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
}
