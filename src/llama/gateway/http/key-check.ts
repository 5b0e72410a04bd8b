import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** How a request has shown a key. A browser sends what it was once told by itself, also for another site's page. */
export type Shown = "given" | "remembered";

/** The keys that open a server. */
export class KeyCheck {
	readonly #hashes: readonly Buffer[];

	constructor(keys: readonly string[]) {
		this.#hashes = keys.map((key) => hashOf(Buffer.from(key)));
	}

	/** How the request shows one of the keys: as a bearer, in `x-api-key`, or as the password of a browser's dialog. */
	shown({ authorization = "", "x-api-key": apiKey }: IncomingHttpHeaders): Shown | undefined {
		const [, scheme = "", value = ""] = /^(bearer|basic) +(\S.*)$/i.exec(authorization) ?? [];
		const basic = scheme.toLowerCase() === "basic";
		// Node reads headers as Latin-1; the bytes are what the client has sent.
		if (!basic && this.#has(Buffer.from(value, "latin1"))) return "given";
		if (typeof apiKey === "string" && this.#has(Buffer.from(apiKey, "latin1"))) return "given";
		return basic && this.#has(passwordOf(value)) ? "remembered" : undefined;
	}

	/** Takes the same time whichever key it is, and however much of one is right. */
	#has(given: Buffer): boolean {
		const hash = hashOf(given);
		let found = false;
		for (const known of this.#hashes) found = timingSafeEqual(known, hash) || found;
		return found;
	}
}

/** What follows the user's name. */
function passwordOf(credentials: string): Buffer {
	const bytes = Buffer.from(credentials, "base64");
	return bytes.subarray(bytes.indexOf(":") + 1);
}

function hashOf(key: Buffer): Buffer {
	return createHash("sha256").update(key).digest();
}
