import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { type BlockList, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Network } from "../../src/control/messages.ts";
import { blockList, contains, reachableAddresses } from "../../src/network/addresses.ts";
import type { RendezvousSettings } from "../../src/rendezvous/messages.ts";

const LOOPBACK: BlockList = blockList(["127.0.0.0/8", "::1/128"]);

/** The address of this host from which packets to another one leave. Nothing is sent. */
export async function addressTowards(address: string): Promise<string> {
	const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once("error", reject);
			// Any port: no packet leaves.
			socket.connect(9, address, resolve);
		});
		return socket.address().address;
	} finally {
		socket.close();
	}
}

/** Resolves a name in Node: a name server that does not answer would hold up all of ZeroMQ's work. */
export async function resolve(host: string): Promise<string> {
	return (await lookup(host.replace(/%.*$/, ""))).address;
}

/** Whether an address is one of this host. */
export function isOwn(address: string): boolean {
	return Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address));
}

/**
 * Where this process's rank listens.
 *
 * @param own The address of this host by which it and rank 0 see each other.
 */
export function ownNetwork({ keys, iface }: RendezvousSettings, own: string | undefined): Network {
	const alone = own !== undefined && contains(LOOPBACK, own) && iface === undefined;
	const addresses = alone ? [`${own}/${isIPv6(own) ? 128 : 8}`] : reachableAddresses({ iface, reached: own });
	return { ...(keys === undefined ? {} : { keys }), addresses };
}
