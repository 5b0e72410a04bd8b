// The least that a proxy can do: node:http on both sides, bytes passed on as they come.
//   node bench/peers/http-proxy.js URL
import { Agent, createServer, request } from "node:http";

const upstream = process.argv[2] ?? "";
const agent = new Agent({ keepAlive: true });
const server = createServer((incoming, outgoing) => {
	const { method, headers, url = "/" } = incoming;
	const asked = request(new URL(url, upstream), { method, headers, agent }, (answer) => {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
	});
	asked.on("error", () => outgoing.destroy());
	outgoing.on("close", () => asked.destroy());
	incoming.pipe(asked);
});
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	console.log(`pid ${process.pid}`);
	console.log(`listening on http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
