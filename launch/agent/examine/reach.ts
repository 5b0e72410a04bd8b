import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import type { OpenPort, Target } from "../../link/examination.ts";

/** Time in which a host must answer: one that is slower counts as unreachable. */
const CONNECT_MS = 3000;

/** Opens a free port, as every rank of a job does, and says a word to all who connect. */
export async function openPort(): Promise<OpenPort & { readonly close: () => void }> {
	const word = randomBytes(12).toString("hex");
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {}).on("close", () => sockets.delete(socket));
		socket.end(word);
	});
	server.listen(0);
	await once(server, "listening");
	const address = server.address();
	return {
		port: typeof address === "object" && address !== null ? address.port : 0,
		word,
		close: () => {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

/** Connects to each of these; resolves with why it could not, for those that it could not. */
export async function unreachable(
	targets: readonly Target[],
	limitMs: number = CONNECT_MS,
): Promise<{ name: string; error: string }[]> {
	const tried = await Promise.all(
		targets.map(async ({ name, addresses, port, word }) => {
			const errors: string[] = [];
			const attempts = addresses.map(async (address) => {
				const error = await knock({ host: address, port, word }, limitMs);
				if (error === undefined) return;
				errors.push(`${address} port ${port}: ${error}`);
				throw new Error(error);
			});
			const reached = await Promise.any(attempts).then(
				() => true,
				() => false,
			);
			return reached ? [] : [{ name, error: errors.join(", ") || "it has no address" }];
		}),
	);
	return tried.flat();
}

/** Connects once; resolves with what went wrong. */
function knock(
	{ host, port, word }: OpenPort & { readonly host: string },
	limitMs: number,
): Promise<string | undefined> {
	return new Promise((resolve) => {
		let text = "";
		const socket = createConnection({ host, port });
		const timer = setTimeout(() => end(`no answer within ${limitMs / 1000} s`), limitMs);
		const end = (error: string | undefined) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(error);
		};
		socket.setEncoding("latin1");
		socket.on("data", (data: string) => {
			text += data;
			if (text.length > word.length) end("somebody else answers");
		});
		socket.on("end", () => end(text === word ? undefined : "somebody else answers"));
		socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
	});
}
