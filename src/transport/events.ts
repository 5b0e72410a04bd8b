import type { Event, Observer, Socket } from "zeromq";

/** Observers whose sockets may still tell them something. */
const kept = new Set<Observer>();

/**
 * What happens to a socket, to its end.
 *
 * libzmq's one I/O thread hands events over by a send that waits for a reader: if the observer were closed, or collected,
 * before its socket is gone, that send would wait for ever, and all sockets of the process with it. So it is never
 * closed here, and it is kept whether or not its events are read: a socket that connects once has a handful.
 */
export function eventsOf(socket: Socket): AsyncGenerator<Event, undefined> {
	// Now, not when the first one is asked for: `connect` follows.
	const { events } = socket;
	kept.add(events);
	return read(events);
}

async function* read(events: Observer): AsyncGenerator<Event, undefined> {
	// Ends with the event that says that the socket is gone.
	for await (const event of events) yield event;
	kept.delete(events);
	return undefined;
}
