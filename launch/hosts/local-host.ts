import { hostname, networkInterfaces, userInfo } from "node:os";
import { addUp, type Host } from "./hosts.ts";

/** Whether a host means this machine as it is: not through another port (a container's sshd) or as another user. */
export function isLocal({ name, user, port }: Host): boolean {
	if (port !== undefined || (user !== undefined && user !== ownUser())) return false;
	const own = hostname();
	return (
		["localhost", "localhost.localdomain", "::1", own, own.split(".")[0]].includes(name) ||
		/^127(\.\d+){3}$/.test(name) ||
		Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === name))
	);
}

/** Our name, where the system knows one: containers give processes numbers that belong to nobody. */
function ownUser(): string | undefined {
	try {
		return userInfo().username;
	} catch {
		return undefined;
	}
}

/** The hosts, with all names of this machine as one host. */
export function mergeLocal(hosts: readonly Host[]): Host[] {
	const name = hosts.find(isLocal)?.name ?? "";
	return addUp(hosts.map((host) => (isLocal(host) ? { ...host, name } : host)));
}
