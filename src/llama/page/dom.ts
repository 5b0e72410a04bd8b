/** The page's element of that id. */
export function element(id: string): HTMLElement {
	const found = document.getElementById(id);
	if (found === null) throw new Error(`There is no element ${id}`);
	return found;
}

/** A new element. Its text is text, whatever it holds. */
export function made<N extends keyof HTMLElementTagNameMap>(
	name: N,
	className = "",
	text = "",
): HTMLElementTagNameMap[N] {
	const it = document.createElement(name);
	if (className !== "") it.className = className;
	if (text !== "") it.textContent = text;
	return it;
}

/** Sets a text where it is another one: a text that stays is not drawn, and not read aloud, again. */
export function put(target: Element, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}
