import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came, as JSON if it has a body. */
export interface Recorded {
	readonly method: string;
	readonly path: string;
	readonly json: Readonly<Record<string, unknown>>;
	readonly headers: IncomingHttpHeaders;
	/** The client's port: the same one for requests on one connection. */
	readonly port: number;
}

/** What a path answers: JSON, or a list of events. An unknown path is a 404. */
export type Answers = Readonly<Record<string, unknown>>;

/** A server that keeps what it is asked, and answers as it is told. */
export interface RecordingServer {
	readonly url: string;
	readonly requests: Recorded[];
	readonly http: Server;
	close(): void;
}

export async function startRecordingServer(answers: Answers): Promise<RecordingServer> {
	const requests: Recorded[] = [];
	const http = createServer(async (incoming, outgoing) => {
		const { method = "", url: path = "", headers } = incoming;
		const port = incoming.socket.remotePort ?? 0;
		let body = "";
		for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
		requests.push({ method, path, json: body === "" ? {} : JSON.parse(body), headers, port });
		const answer = answers[path];
		if (answer === undefined) {
			outgoing.writeHead(404, { "content-type": "application/json" }).end("{}");
		} else if (Array.isArray(answer)) {
			outgoing.writeHead(200, { "content-type": "text/event-stream" });
			for (const event of answer) outgoing.write(`data: ${JSON.stringify(event)}\n\n`);
			outgoing.end("data: [DONE]\n\n");
		} else {
			outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
		}
	});
	await once(http.listen(0, "127.0.0.1"), "listening");
	return {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		requests,
		http,
		close: () => {
			http.close();
			http.closeAllConnections();
		},
	};
}
