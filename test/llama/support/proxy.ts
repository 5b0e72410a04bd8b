import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** What a proxy does with one request instead of passing it on. */
export type Fault =
	/** Answers itself. */
	| { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
	/** Passes the answer on up to the first event that has this text, and ends the connection. */
	| { readonly breakAt: string }
	/** Ends the connection. */
	| "reset";

/** A proxy before a real server, which has bad moments. */
export interface FaultyProxy {
	readonly url: string;
	/** Faults of the next requests that ask for completions. */
	readonly faults: Fault[];
	/** When each of those requests came, and where to. */
	readonly requests: { readonly path: string; readonly at: number; readonly body: string }[];
	close(): void;
}

export async function startProxy(target: string): Promise<FaultyProxy> {
	const faults: Fault[] = [];
	const requests: FaultyProxy["requests"] = [];
	const server = createServer(async (incoming, outgoing) => {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const path = incoming.url ?? "";
		const counts = /completions?$/.test(path);
		if (counts) requests.push({ path, at: performance.now(), body: `${body}` });
		const fault = counts ? faults.shift() : undefined;
		if (fault === "reset") return void incoming.socket.destroy();
		if (fault !== undefined && "status" in fault) {
			outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? "");
			return;
		}
		const { method, headers } = incoming;
		const passed = request(new URL(path, target), { method: method ?? "GET", headers, agent: false });
		passed.on("error", () => outgoing.destroy());
		outgoing.on("close", () => passed.destroy());
		passed.on("response", async (answer) => {
			outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
			answer.on("error", () => outgoing.destroy());
			answer.setEncoding("utf8");
			answer.on("data", (text: string) => {
				outgoing.write(text);
				if (fault !== undefined && text.includes(fault.breakAt)) outgoing.destroy();
			});
			answer.on("end", () => outgoing.end());
		});
		passed.end(body);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		faults,
		requests,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
