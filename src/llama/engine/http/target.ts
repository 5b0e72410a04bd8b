/** Where requests go: a base URL, or a unix socket. */
export interface Target {
	/** "http://host:port/path", without a slash at the end. */
	readonly base: string;
	/** Path of a unix socket that is spoken to instead of the base's host. */
	readonly socketPath?: string;
	readonly apiKey?: string | undefined;
	/** Sent with every request; they take the place of what would be sent otherwise. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/**
	 * Whether its connections are kept for further requests. Not llama-server's: it closes them after streamed answers
	 * though it promises to keep them, and a kept connection occupies one of its threads.
	 */
	readonly keepAlive?: boolean;
}
