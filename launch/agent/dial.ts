import { connect, type TLSSocket } from "node:tls";
import { DIAL_TLS } from "../link/dial.ts";

/** A head that does not answer within this time is behind a firewall. */
const CONNECT_MS = 10_000;

const REDIAL_MS = 200;

/** How an agent proves who it is. */
export interface Credentials {
	/** In hexadecimal digits. */
	readonly key: string;
	/** A head that is still learning the key in another way refuses it at first: how often it is dialled again. */
	readonly redials?: number;
}

/** Dials one of the head's addresses, `host:port,[address]:port`, under this name; rejects with an Error that tells why. */
export async function dial(
	addresses: string,
	name: string,
	{ key, redials = 0 }: Credentials,
): Promise<TLSSocket> {
	for (let left = redials; ; left--) {
		try {
			return await dialAll(addresses, { name, key: Buffer.from(key, "hex") });
		} catch (error) {
			if (left === 0) throw error;
			await new Promise((resolve) => setTimeout(resolve, REDIAL_MS));
		}
	}
}

/** How the agent introduces itself in the handshake. */
interface Identity {
	readonly name: string;
	readonly key: Buffer;
}

async function dialAll(addresses: string, identity: Identity): Promise<TLSSocket> {
	const errors: string[] = [];
	const attempts = addresses.split(",").map(async (address) => {
		try {
			return await dialOne(address, identity);
		} catch (error) {
			errors.push(`${address} (${error instanceof Error ? error.message : error})`);
			throw error;
		}
	});
	try {
		const socket = await Promise.any(attempts);
		// Another attempt may still succeed: its connection is not needed.
		for (const attempt of attempts)
			attempt.then((other) => other !== socket && other.destroy()).catch(() => {});
		return socket;
	} catch {
		throw new Error(`tsmpirun cannot be reached at ${errors.join(", ")}`);
	}
}

function dialOne(address: string, { name, key }: Identity): Promise<TLSSocket> {
	const groups = /^\[?(?<host>.*?)\]?:(?<port>\d+)$/.exec(address)?.groups;
	return new Promise((resolve, reject) => {
		const socket = connect({
			...DIAL_TLS,
			host: groups?.host ?? address,
			port: Number(groups?.port),
			pskCallback: () => ({ psk: key, identity: name }),
			// There is no certificate with a name: the key alone proves who is there.
			checkServerIdentity: () => undefined,
		});
		const timer = setTimeout(() => {
			socket.destroy();
			reject(new Error(`no answer within ${CONNECT_MS / 1000} s`));
		}, CONNECT_MS);
		socket.once("secureConnect", () => {
			clearTimeout(timer);
			socket.off("error", reject);
			socket.setNoDelay(true);
			resolve(socket);
		});
		socket.once("error", (error: NodeJS.ErrnoException) => {
			clearTimeout(timer);
			reject(error.code === undefined ? error : new Error(error.code));
		});
	});
}

/** The key that a head sends as the first line of standard input. */
export async function readKey(): Promise<string> {
	let text = "";
	for await (const data of process.stdin.setEncoding("latin1")) {
		text += data;
		if (text.includes("\n")) break;
	}
	return text.split("\n")[0] ?? "";
}
