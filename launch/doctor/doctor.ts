import { hostname } from "node:os";
import { LaunchError } from "../../src/base/errors.ts";
import type { Options } from "../command-line/options.ts";
import { findHosts } from "../hosts/host-sources.ts";
import type { Host } from "../hosts/hosts.ts";
import type { AgentLink, Launcher } from "../launchers/launcher.ts";
import { ownVersion } from "../machine/package-root.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { askAgent, askHere, Patient } from "./patient.ts";
import { hostTable } from "./table.ts";

/** How long agents may take to end: after an examination they have nothing to clean up. */
const CLOSE_MS = 2000;

/** tsmpirun --doctor: examines the hosts that a job would run on; resolves with the exit code. Throws LaunchError. */
export async function doctor(options: Options): Promise<number> {
	const found = findHosts(options, process.env);
	if (found?.note !== undefined && !options.quiet) say(found.note);
	const own: Host = { name: hostname(), slots: 1 };
	const hosts = found?.hosts ?? [own];
	const remote = found === undefined ? [] : hosts.filter(found.isRemote);
	if (found?.launcher === "local" && remote[0] !== undefined) {
		throw new LaunchError(
			`Cannot examine host ${remote[0].name} with --launcher local: this machine is ${hostname()}`,
		);
	}
	if (found === undefined || remote.length === 0) {
		return examine([herePatient(hosts[0] ?? own)], options.iface);
	}
	const { chooseLauncher } = await import("../launchers/choose.ts");
	const launcher = (await chooseLauncher(found.launcher, options))({
		connectMs: options.remote.connectMs,
		waiting: say,
		note: () => {},
	});
	const links = launcher.start(remote);
	try {
		return await examine(
			hosts.map((host) => patient(host, links[remote.indexOf(host)])),
			options.iface,
		);
	} finally {
		await dismiss(launcher, links);
	}
}

function patient(host: Host, link: Promise<AgentLink> | undefined): Patient {
	if (link === undefined) return herePatient(host);
	return new Patient({ host, ask: link.then((reached) => askAgent(host.name, reached)), remote: true });
}

function herePatient(host: Host): Patient {
	return new Patient({ host, ask: Promise.resolve(askHere), remote: false });
}

/** Examines the hosts, then the ways between them; prints what was found. */
async function examine(patients: readonly Patient[], iface: string | undefined): Promise<number> {
	await Promise.all(patients.map((each) => each.examine(iface)));
	const targets = (await Promise.all(patients.map((each) => each.open()))).filter(
		(each) => each !== undefined,
	);
	const ways = await Promise.all(
		patients.map(async (each) => ({ from: each.name, failed: await each.connect(targets) })),
	);
	const diagnoses = patients.map((each) => diagnose(each.examined, ownVersion()));
	const blocked = ways.flatMap(({ from, failed }) => (failed.length === 0 ? [] : [wayProblem(from, failed)]));
	process.stdout.write(hostTable(patients.map((each) => each.examined)));
	const pairs = (targets.length * (targets.length - 1)) / 2;
	if (pairs > 0) {
		const good = blocked.length === 0 ? "all connect, in both directions" : "not all connect";
		process.stdout.write(`ports between ${targets.length} hosts: ${good}\n`);
	}
	return report([...diagnoses, { problems: blocked, notes: [] }]);
}

function wayProblem(from: string, failed: readonly { name: string; error: string }[]): string {
	const names = failed.map(({ name }) => name).join(", ");
	return `${from}: cannot connect to ${names} (${failed[0]?.error}): let hosts reach each other's ports above 1023, or choose another network (--iface)`;
}

/** Prints what is wrong; returns 1 if anything is. */
function report(diagnoses: readonly Diagnosis[]): number {
	const problems = diagnoses.flatMap((each) => each.problems);
	const notes = diagnoses.flatMap((each) => each.notes);
	const lines = [...problems.map((text) => `problem: ${text}`), ...notes.map((text) => `note: ${text}`)];
	if (problems.length === 0) lines.push("no problems");
	process.stdout.write(`${lines.join("\n")}\n`);
	return problems.length === 0 ? 0 : 1;
}

async function dismiss(launcher: Launcher, links: readonly Promise<AgentLink>[]): Promise<void> {
	const ended = links.map(async (promise) => {
		const link = await promise.catch(() => undefined);
		if (link === undefined) return;
		const closed = new Promise<void>((resolve) => {
			link.onMessage(({ type }) => {
				if (type === "closed") resolve();
			});
			link.onClose(() => resolve());
		});
		link.send({ type: "close" });
		await closed;
		link.close();
	});
	const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
	await Promise.race([Promise.all(ended), late]);
	await launcher.close();
}

function say(text: string): void {
	process.stderr.write(`tsmpirun: ${text}\n`);
}
