import { isIPv6 } from "node:net";
import { blockList, contains } from "./addresses.ts";

/** What to bind for an address of this host (in CIDR form): a free port there. */
export function bindAddress(cidr: string): string {
	const [address = ""] = cidr.split("/");
	return `tcp://${isIPv6(address) ? `[${address}]` : address}:*`;
}

/** The host part of "tcp://10.0.0.5:1234" or "tcp://[fd00::5]:1234". */
export function hostOf(url: string): string {
	return url.replace(/^tcp:\/\/\[?/, "").replace(/\]?:\d+$/, "");
}

/**
 * Which of a peer's addresses to connect to: one in a subnet of ours, else the first of a family that we have, else the
 * first.
 *
 * @param own Own addresses in CIDR form.
 */
export function pickAddress(urls: readonly string[], own: readonly string[]): string | undefined {
	const subnets = blockList(own);
	const family = (text: string) => isIPv6(text.split("/")[0] ?? "");
	const families = new Set(own.map(family));
	return (
		urls.find((url) => contains(subnets, hostOf(url))) ??
		urls.find((url) => families.has(family(hostOf(url)))) ??
		urls[0]
	);
}
