import { element, put } from "../../../page/dom.ts";
import type { Client } from "../common/client.ts";

/** The field for a key. Returns what shows it, or hides it. */
export function keyField(client: Client, onKey: () => void): (locked: boolean) => void {
	const form = element("key") as HTMLFormElement;
	const field = element("key-value") as HTMLInputElement;
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		const key = field.value.trim();
		// A header can carry no other characters.
		if (!/^[\x21-\x7e]+$/.test(key))
			return put(element("key-text"), "A key has no blanks, and is not empty.");
		client.use(key);
		onKey();
	});
	return (locked) => {
		if (locked && client.hasKey) put(element("key-text"), "The server does not know this key.");
		if (form.hidden === !locked) return;
		form.hidden = !locked;
		if (locked) field.focus();
		else field.value = "";
	};
}
