import { hostname } from "node:os";
import { LaunchError } from "../src/errors.ts";
import { addUp, type Host } from "./hosts.ts";

/** Whether a host's name means this machine. */
function isLocal(name: string): boolean {
	const own = hostname();
	return (
		["localhost", "localhost.localdomain", "::1", own, own.split(".")[0]].includes(name) ||
		/^127(\.\d+){3}$/.test(name)
	);
}

/** The hosts as this version can use them: one, this machine. Other hosts are refused here and nowhere else. */
export function localHosts(hosts: readonly Host[]): Host[] {
	const remote = hosts.find((host) => !isLocal(host.name));
	if (remote !== undefined) {
		throw new LaunchError(
			`Cannot start ranks on host ${remote.name}: other hosts are not available yet, only this machine (localhost, ${hostname()})`,
		);
	}
	const name = hosts[0]?.name ?? hostname();
	return addUp(hosts.map((host) => ({ ...host, name })));
}
