import type { Observer } from "zeromq";

/** Closes a socket and the observer of its events: a thread that ends while one waits would end the process. */
export function closeSocket(socket: {
	readonly closed: boolean;
	readonly events: Observer;
	close(): void;
}): void {
	if (socket.closed) return;
	const { events } = socket;
	socket.close();
	if (!events.closed) events.close();
}
