import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import { request } from "../../../../src/llama/engine/http/client.ts";
import { readEvents } from "../../../../src/llama/engine/http/events.ts";

test("an answer whose end comes behind [DONE] is over with that end, and its connection is used again", async (t) => {
	const sockets = new Set<unknown>();
	const server = createServer((incoming, outgoing) => {
		sockets.add(incoming.socket);
		outgoing.writeHead(200, { "content-type": "text/event-stream" });
		outgoing.write('data: {"a":1}\n\ndata: [DONE]\n\n', () => setTimeout(() => outgoing.end(), 5));
	});
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	for (let index = 0; index < 10; index++) {
		const events: unknown[] = [];
		for await (const event of readEvents(await request({ base, keepAlive: true }, "/"))) events.push(event);
		t.deepEqual(events, [{ a: 1 }]);
	}
	// An end that nobody hears would be waited for in vain, and leave the connection as it is.
	t.is(sockets.size, 1);
});
