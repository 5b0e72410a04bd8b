import { type ClientRequest, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** Made when they are first needed. An idle connection does not keep the process alive. */
let agents: readonly [HttpAgent, HttpsAgent] | undefined;

/** The connections that are kept for further requests. */
export function keptConnections(secure: boolean): HttpAgent {
	agents ??= [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })];
	return agents[secure ? 1 : 0];
}

/** Tells how many bytes have come on a request's connection since the request has had it. */
export function bytesHeard(sent: ClientRequest): () => number {
	let earlier = 0;
	sent.once("socket", (socket) => {
		earlier = socket.bytesRead;
	});
	return () => (sent.socket?.bytesRead ?? 0) - earlier;
}
