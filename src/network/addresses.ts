import { BlockList, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** What `os.networkInterfaces()` gives; links that are down are not among it. */
export type Interfaces = ReturnType<typeof networkInterfaces>;

/** How the addresses of this host are to be chosen. */
export interface AddressChoice {
	/** Names of interfaces, or subnets in CIDR form, with commas between: only these. */
	readonly iface?: string | undefined;
	/** An address by which somebody else has reached this host. */
	readonly reached?: string | undefined;
	readonly interfaces?: Interfaces;
}

/** An address of this host with its interface and its subnet in CIDR form. */
interface OwnAddress {
	readonly name: string;
	readonly address: string;
	readonly cidr: string;
	readonly internal: boolean;
}

/** Bridges and links of containers and virtual machines on this host: their addresses exist on every such host. */
const INNER_LINK =
	/^(docker|virbr|veth|br-[0-9a-f]{12}$|cni|flannel|cali|cilium|lxcbr|lxdbr|podman|vboxnet|vmnet)/;

/** Addresses that never leave their link. */
const LINK_LOCAL = ["169.254.0.0/16", "fe80::/10"];

/**
 * The addresses of this host that other hosts can reach, the best first, in CIDR form. Loopback only if there is nothing
 * else: such a host is alone, and its peers are on it.
 *
 * @throws {RangeError} for an `iface` that matches no address of this host; the text says which there are.
 */
export function reachableAddresses(choice: AddressChoice = {}): string[] {
	const { iface, reached, interfaces = networkInterfaces() } = choice;
	const linkLocal = blockList(LINK_LOCAL);
	const all = ownAddresses(interfaces).filter(({ address }) => !contains(linkLocal, address));
	if (iface !== undefined) {
		const wanted = iface.split(",").map((word) => word.trim());
		const chosen = wanted.flatMap((word) => all.filter((own) => matches(own, word)));
		if (chosen.length === 0) throw new RangeError(`no link matches ${iface}; there are ${listed(all)}`);
		return chosen.map(({ cidr }) => cidr);
	}
	const outer = all.filter(({ name, internal }) => !internal && !INNER_LINK.test(name));
	const usable = outer.length > 0 ? outer : all.filter(({ internal }) => internal);
	const best = usable.filter(({ address }) => address === reached);
	return [...best, ...usable.filter((own) => !best.includes(own))].map(({ cidr }) => cidr);
}

/** The addresses of the loopback interface that a job of one host uses. */
export const LOOPBACK: readonly string[] = ["127.0.0.1/8"];

/** The address by which the ssh client has reached this host, from sshd's SSH_CONNECTION: its third word. */
export function reachedBySsh(connection: string | undefined): string | undefined {
	return connection?.split(" ")[2];
}

function ownAddresses(interfaces: Interfaces): OwnAddress[] {
	return Object.entries(interfaces).flatMap(([name, addresses]) =>
		(addresses ?? []).map(({ address, cidr, internal }) => ({
			name,
			address,
			cidr: cidr ?? `${address}/${isIPv6(address) ? 128 : 32}`,
			internal,
		})),
	);
}

function matches({ name, address }: OwnAddress, word: string): boolean {
	return word.includes("/") ? contains(blockList([word]), address) : word === name || word === address;
}

function listed(all: readonly OwnAddress[]): string {
	return all.map(({ name, cidr }) => `${name} ${cidr}`).join(", ") || "none";
}

/** Whether an address lies in one of the subnets. */
export function contains(subnets: BlockList, address: string): boolean {
	return subnets.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Subnets in CIDR form, for `contains`. */
export function blockList(cidrs: readonly string[]): BlockList {
	const list = new BlockList();
	for (const cidr of cidrs) {
		const [address = "", bits = ""] = cidr.split("/");
		list.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
	}
	return list;
}

/** Why a value of --iface can be no subnet, or undefined: it is one, or the name of an interface. */
export function badSubnet(iface: string): string | undefined {
	for (const word of iface.split(",").map((text) => text.trim())) {
		if (word === "") return "an empty name";
		if (!word.includes("/")) continue;
		try {
			blockList([word]);
		} catch {
			return `${word} is no subnet such as 10.0.0.0/8 or fd00::/64`;
		}
		if (!/\/\d+$/.test(word)) return `${word} is no subnet such as 10.0.0.0/8 or fd00::/64`;
	}
	return undefined;
}
