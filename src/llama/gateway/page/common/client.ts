/** Asks the server that the page came from. */
export class Client {
	#key: string | undefined;

	/** Whether a key was given here; without one, what the browser was told for the page is sent. */
	get hasKey(): boolean {
		return this.#key !== undefined;
	}

	/** The key to ask with from now on. It is forgotten with the page. */
	use(key: string): void {
		this.#key = key;
	}

	/** @param path relative to the page's, which may lie below a proxy's. */
	fetch(path: string, init: RequestInit = {}): Promise<Response> {
		const url = new URL(path, location.href);
		// Browsers refuse to fetch from an address with a name in it, which the page's own may have.
		url.username = "";
		url.password = "";
		const headers = new Headers(init.headers);
		if (this.#key !== undefined) headers.set("authorization", `Bearer ${this.#key}`);
		return fetch(url, { ...init, headers, cache: "no-store" });
	}
}
