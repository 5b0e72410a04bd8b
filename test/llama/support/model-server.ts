import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of files, as far as a download needs one. */
export interface ModelServer {
	readonly url: string;
	/** Method, path and range of each request, in order. */
	readonly requests: string[];
	/** Bytes of bodies that went out. */
	sent(): number;
	close(): Promise<void>;
}

export interface ModelServerOptions {
	/** Files by path; a path without one is answered with 404. */
	readonly files: Readonly<Record<string, Buffer>>;
	/** So many answers break off in the middle. @default 0 */
	readonly breaks?: number;
	/** While it gives true, answers stop in the middle and stay open. @default never */
	readonly stalls?: () => boolean;
}

/** Serves files with ranges, and `hf:` manifests as Hugging Face does: `/v2/USER/REPO/manifests/TAG`. */
export async function startModelServer({
	files,
	breaks = 0,
	stalls = () => false,
}: ModelServerOptions): Promise<ModelServer> {
	const requests: string[] = [];
	let sent = 0;
	let broken = 0;
	const server = createServer(({ method, url = "", headers }, response) => {
		requests.push(`${method} ${url} ${headers.range ?? ""}`.trim());
		const file = files[url.split("?")[0] ?? ""];
		if (file === undefined) return void response.writeHead(404).end();
		const [, from = "0", to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
		const end = to ? Math.min(Number(to) + 1, file.length) : file.length;
		const part = file.subarray(Number(from), end);
		response.writeHead(headers.range === undefined ? 200 : 206, {
			"content-length": part.length,
			"accept-ranges": "bytes",
			etag: '"1"',
			...(headers.range === undefined ? {} : { "content-range": `bytes ${from}-${end - 1}/${file.length}` }),
		});
		if (method === "HEAD") return void response.end();
		if (stalls() && part.length > 1000) {
			sent += part.length >> 1;
			response.write(part.subarray(0, part.length >> 1));
			return;
		}
		if (broken < breaks && part.length > 1000) {
			broken += 1;
			sent += part.length >> 1;
			response.write(part.subarray(0, part.length >> 1), () => response.destroy());
			return;
		}
		sent += part.length;
		response.end(part);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		sent: () => sent,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}
