import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { LaunchError } from "../../src/base/errors.ts";
import { reachableAddresses } from "../../src/network/addresses.ts";
import { DIAL_KEY_BYTES, DIAL_TLS } from "../link/dial.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";
import { StreamLink } from "../link/stream-link.ts";
import { readHello } from "./handshake.ts";
import type { AgentLink } from "./launcher.ts";

/** A stranger who connects and says nothing holds a socket no longer than this. */
const HANDSHAKE_MS = 5000;

interface Expected {
	readonly link: Promise<AgentLink>;
	readonly resolve: (link: AgentLink) => void;
	readonly reject: (error: unknown) => void;
	/** What it must prove to have; undefined: not known yet. */
	key: Buffer | undefined;
}

/** A port for agents to dial back to. Each names itself and proves that it has the key; the port closes behind the last. */
export class DialBack {
	readonly #key = randomBytes(DIAL_KEY_BYTES);
	readonly #server: Server;
	readonly #expected = new Map<string, Expected>();
	/** By which name a connection got the key. */
	readonly #names = new WeakMap<TLSSocket, string>();
	readonly addresses: readonly string[];
	#port = 0;

	private constructor(addresses: readonly string[]) {
		this.addresses = addresses;
		this.#server = createServer({
			...DIAL_TLS,
			handshakeTimeout: HANDSHAKE_MS,
			pskCallback: (socket, name) => {
				const key = this.#expected.get(name)?.key;
				if (key === undefined) return null;
				this.#names.set(socket, name);
				return key;
			},
		});
		this.#server.on("secureConnection", (socket) => void this.#admit(socket));
		// A stranger, whose connection has been closed already.
		this.#server.on("tlsClientError", () => {});
	}

	/** Opens a port. Throws LaunchError if this host has no address of that interface. */
	static async open(iface: string | undefined): Promise<DialBack> {
		const dialBack = new DialBack(ownAddresses(iface));
		const server = dialBack.#server.listen(0);
		await once(server, "listening");
		const address = server.address();
		if (typeof address === "object" && address !== null) dialBack.#port = address.port;
		return dialBack;
	}

	/** For the agents; secret. */
	get key(): string {
		return this.#key.toString("hex");
	}

	/** Where agents find the port: `10.0.0.1:4711,[fd00::1]:4711`. */
	get target(): string {
		return this.addresses
			.map((address) => (isIPv6(address) ? `[${address}]:${this.#port}` : `${address}:${this.#port}`))
			.join(",");
	}

	/** The link to the agent that calls itself so; rejects with LaunchError if it is not of this version. */
	expect(name: string): Promise<AgentLink> {
		const { promise, ...settle } = withResolvers<AgentLink>();
		this.#expected.set(name, { link: promise, ...settle, key: this.#key });
		return promise;
	}

	/** An agent may come that has made a key of its own, which `learn` will tell; nobody is let in before. */
	expectLater(name: string): Promise<AgentLink> {
		const link = this.expect(name);
		const expected = this.#expected.get(name);
		if (expected !== undefined) expected.key = undefined;
		return link;
	}

	learn(name: string, key: string): void {
		const expected = this.#expected.get(name);
		if (expected !== undefined) expected.key = Buffer.from(key, "hex");
	}

	/** An agent will not come: whoever waits for it is told why. */
	giveUp(name: string, error: LaunchError): void {
		this.#expected.get(name)?.reject(error);
		this.#forget(name);
	}

	close(): void {
		this.#expected.clear();
		this.#server.close();
	}

	async #admit(socket: TLSSocket): Promise<void> {
		socket.on("error", () => {});
		const name = this.#names.get(socket) ?? "";
		const expected = this.#expected.get(name);
		if (expected === undefined) {
			socket.destroy();
			return;
		}
		this.#forget(name);
		socket.setNoDelay(true);
		const gone = once(socket, "close").then(() => {
			throw new LaunchError(`Cannot start an agent on host ${name}: its connection has ended at once`);
		});
		try {
			await Promise.race([readHello(socket, name), gone]);
			gone.catch(() => {});
			expected.resolve(new StreamLink<HeadToAgent, AgentToHead>(socket, socket));
		} catch (error) {
			socket.destroy();
			expected.reject(error);
		}
	}

	#forget(name: string): void {
		this.#expected.delete(name);
		// All have come: the port need not stay open.
		if (this.#expected.size === 0) this.#server.close();
	}
}

function ownAddresses(iface: string | undefined): string[] {
	try {
		return reachableAddresses({ iface }).map((cidr) => cidr.split("/")[0] ?? cidr);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new LaunchError(`Cannot use --iface ${iface} on this host: ${error.message}`, 1, { cause: error });
	}
}

/** Promise.withResolvers of newer Nodes. */
function withResolvers<T>(): {
	promise: Promise<T>;
	resolve: (value: T) => void;
	reject: (error: unknown) => void;
} {
	let resolve: (value: T) => void = () => {};
	let reject: (error: unknown) => void = () => {};
	const promise = new Promise<T>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return { promise, resolve, reject };
}
