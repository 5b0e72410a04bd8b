import { hash } from "node:crypto";

/** Half of a pair of UTF-16, without its other half. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** SHA-256 in hexadecimal. Texts that differ in halves of characters differ here, too, as they do not in UTF-8. */
export function hashText(text: string): string {
	return hash("sha256", LONE_SURROGATE.test(text) ? `\0${JSON.stringify(text)}` : text, "hex");
}
