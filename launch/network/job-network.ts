import { LaunchError } from "../../src/base/errors.ts";
import { wantsTcp } from "../../src/control/environment.ts";
import type { KeyPair, Network } from "../../src/control/messages.ts";
import { LOOPBACK, reachableAddresses, reachedBySsh } from "../../src/network/addresses.ts";
import type { JobNetwork } from "../link/protocol.ts";

/** What counts of a rank here. */
interface Rank {
	readonly nodeRank: number;
	readonly variables: Readonly<Record<string, string>>;
}

/** The network of a job, or undefined where all ranks are on one host and use unix sockets. */
export async function makeNetwork(
	orders: readonly Rank[],
	options: { readonly insecure: boolean; readonly iface: string | undefined },
): Promise<JobNetwork | undefined> {
	const alone = new Set(orders.map(({ nodeRank }) => nodeRank)).size < 2;
	const tcp = wantsTcp(process.env) || orders.some(({ variables }) => wantsTcp(variables));
	if (orders.length < 2 || (alone && !tcp)) return undefined;
	const { iface, insecure } = options;
	return {
		...(insecure ? {} : { keys: await makeKeys() }),
		...(iface === undefined ? {} : { iface }),
		...(alone && iface === undefined ? { loopback: true } : {}),
	};
}

/** What tsmpirun says of a network without keys. */
export function insecurity(network: JobNetwork | undefined): string[] {
	if (network === undefined || network.keys !== undefined) return [];
	return ["--insecure: connections between ranks are neither encrypted nor protected from strangers"];
}

/** Makes a key pair. Loads ZeroMQ, which a job of one host can do without here. */
export async function makeKeys(): Promise<KeyPair> {
	const { curveKeyPair } = await import("../../src/transport/zeromq.ts");
	return curveKeyPair();
}

/** What the ranks of this host are told. */
export function hostNetwork(
	{ keys, iface, loopback }: JobNetwork,
	host: { readonly name: string; readonly sshConnection: string | undefined },
): Network {
	const addresses = loopback ? LOOPBACK : choose(iface, host);
	return { ...(keys === undefined ? {} : { keys }), addresses };
}

function choose(
	iface: string | undefined,
	{ name, sshConnection }: { readonly name: string; readonly sshConnection: string | undefined },
): string[] {
	try {
		return reachableAddresses({ iface, reached: reachedBySsh(sshConnection) });
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new LaunchError(`Cannot use --iface ${iface} on host ${name}: ${error.message}`);
	}
}
