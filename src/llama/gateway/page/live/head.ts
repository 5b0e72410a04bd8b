import { element, put } from "../../../page/dom.ts";
import { uptime } from "./format.ts";
import type { ServerState } from "./reading.ts";

const TEXTS: Readonly<Record<ServerState | "gone" | "locked", string>> = {
	ready: "ready",
	loading: "loading",
	draining: "draining",
	gone: "cannot be reached",
	locked: "needs a key",
};

/** Shows the server's state; what was known before stays, paler, while it cannot be reached. */
export function showState(state: keyof typeof TEXTS): void {
	document.body.dataset.state = state;
	put(element("state"), TEXTS[state]);
}

export function showModel(name: string): void {
	put(element("model"), name);
	document.title = `${name} · tsmpi`;
}

/** @param seconds since the server started. */
export function showUptime(seconds: number | undefined): void {
	put(element("uptime"), seconds === undefined ? "" : `up for ${uptime(Math.max(0, seconds))}`);
}
