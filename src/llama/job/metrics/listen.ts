import { createServer, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import { isSystemError } from "../../../base/system-error.ts";
import { JobError, reasonOf } from "../../errors.ts";
import { METRICS_TYPE } from "../../metrics/registry.ts";

/** A server of metrics alone. */
export interface MetricsListener {
	/** Where the metrics are. */
	readonly url: string;
	/** Connections that are open. */
	readonly connections: number;
	/** Ends it, whoever is connected. */
	close(): Promise<void>;
}

/**
 * Serves metrics on `/metrics`. It does not keep the process alive.
 *
 * @param port 0 takes a free one.
 * @throws {JobError} if it cannot listen there.
 */
export async function listenForScrapes(
	{ host, port }: { readonly host: string; readonly port: number },
	render: () => string,
): Promise<MetricsListener> {
	let connections = 0;
	const server = createServer((request, response) => {
		request.resume();
		const path = request.url?.replace(/\?.*/s, "");
		if (path !== "/metrics") answer(response, 404, "Not here: the metrics are at /metrics\n");
		else if (request.method !== "GET" && request.method !== "HEAD")
			answer(response, 405, "Use GET\n", { allow: "GET, HEAD" });
		else answer(response, 200, render(), { "content-type": METRICS_TYPE });
	});
	server.on("connection", (socket) => {
		connections += 1;
		socket.once("close", () => {
			connections -= 1;
		});
	});
	const bound = await listen(server, host, port);
	server.unref();
	return {
		url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}/metrics`,
		get connections() {
			return connections;
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function answer(
	response: ServerResponse,
	status: number,
	body: string,
	headers: Readonly<Record<string, string>> = { "content-type": "text/plain; charset=utf-8" },
): void {
	response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
	response.end(body);
}

async function listen(server: Server, host: string, port: number): Promise<number> {
	try {
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host, port, exclusive: true }, resolve);
		});
	} catch (error) {
		if (!isSystemError(error)) throw error;
		throw new JobError(`Cannot serve metrics on ${host}, port ${port}: ${reasonOf(error)}`, 1, {
			cause: error,
		});
	}
	const address = server.address();
	return typeof address === "object" && address !== null ? address.port : port;
}
