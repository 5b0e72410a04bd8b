import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { LaunchError } from "../../src/base/errors.ts";
import { findOnPath } from "../../src/base/host/path.ts";
import { exitText } from "../../src/base/process/exit-text.ts";
import type { RemoteOptions } from "../command-line/options.ts";
import type { Host } from "../hosts/hosts.ts";
import { expandNodeList } from "../hosts/slurm.ts";
import { FAILED_LINE } from "../link/greeting.ts";
import { DialBack } from "./dial-back.ts";
import { explainedLink } from "./explained-link.ts";
import type { AgentLink, LaunchContext, Launcher } from "./launcher.ts";
import { RecentLines } from "./recent-lines.ts";
import { remoteCommand } from "./remote-command.ts";
import { groupByGpus, type NodeGroup, needsGpuCounts, srunArguments, srunEnvironment } from "./srun.ts";
import { startEach } from "./starting.ts";

/** A srun whose agents have ended gets this time to end itself; one that has lost a node, to say so. */
const LAST_WORDS_MS = 500;

/** A warning of srun about cores, which it is told not to bind anyway. */
const NOISE = /lacks support for cpu binding/;

/** Starts agents on nodes of the allocation, all at once by srun. They dial back: srun has one standard input for all. */
export class SlurmLauncher implements Launcher {
	readonly #options: RemoteOptions;
	readonly #iface: string | undefined;
	readonly #context: LaunchContext;
	readonly #sruns: Srun[] = [];
	#dialBack: DialBack | undefined;
	#starting: Promise<unknown> = Promise.resolve();
	#closed = false;

	constructor(options: RemoteOptions, iface: string | undefined, context: LaunchContext) {
		this.#options = options;
		this.#iface = iface;
		this.#context = context;
	}

	start = (hosts: readonly Host[]): Promise<AgentLink>[] => {
		const links = this.#dial(hosts);
		this.#starting = links.catch(() => {});
		return startEach(hosts, this.#context, (host) => ({
			link: links.then((all) => all.get(host.name) ?? Promise.reject(unknownHost(host))),
			waitsFor: () => "srun to start an agent there",
			said: () => this.#sruns.map(({ lines }) => lines.telling).find((line) => line !== undefined),
			cancel: () => {},
		}));
	};

	close = async (): Promise<void> => {
		this.#closed = true;
		await this.#starting;
		this.#dialBack?.close();
		await Promise.all(this.#sruns.map((srun) => srun.end()));
	};

	async #dial(hosts: readonly Host[]): Promise<ReadonlyMap<string, Promise<AgentLink>>> {
		if (findOnPath("srun", process.env.PATH) === undefined) {
			throw new LaunchError("Cannot start agents by Slurm: there is no srun on PATH");
		}
		const [dialBack, groups] = await Promise.all([DialBack.open(this.#iface), groupNodes(hosts)]);
		this.#dialBack = dialBack;
		const links = new Map<string, Promise<AgentLink>>();
		if (this.#closed) return links;
		for (const { name } of hosts) links.set(name, dialBack.expect(name));
		const command = remoteCommand(this.#options, ["--dial", dialBack.target]);
		for (const group of groups) {
			const srun = new Srun(group, { command, dialBack, limitMs: this.#context.connectMs });
			this.#sruns.push(srun);
			for (const { name } of group.hosts) {
				const link = links.get(name);
				if (link === undefined) continue;
				links.set(
					name,
					link.then((reached) => explainedLink(reached, () => srun.lastWords())),
				);
			}
		}
		// The caller takes each one later; until then a rejection must not count as unhandled.
		for (const link of links.values()) link.catch(() => {});
		return links;
	}
}

function unknownHost({ name }: Host): LaunchError {
	return new LaunchError(`Cannot start an agent on host ${name}: tsmpirun is ending`);
}

/** The nodes by their GPUs, where a job has asked for them in a way that makes that necessary. */
async function groupNodes(hosts: readonly Host[]): Promise<NodeGroup[]> {
	// Slurm numbers its tasks in the order of its own list, whatever the order of ours.
	const order = expandNodeList(process.env.SLURM_JOB_NODELIST ?? "");
	const nodes = hosts.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
	if (!needsGpuCounts(process.env)) return [{ hosts: nodes }];
	const words = ["--details", "show", "job", process.env.SLURM_JOB_ID ?? ""];
	const { stdout } = await promisify(execFile)("scontrol", words).catch((cause: Error) => {
		throw new LaunchError(`Cannot learn from Slurm which GPUs the job has: ${cause.message}`, 1, { cause });
	});
	return groupByGpus(nodes, stdout, expandNodeList);
}

/** How a srun starts agents. */
interface SrunOptions {
	/** The agents' command, for a shell. */
	readonly command: string;
	readonly dialBack: DialBack;
	/** Time in which Slurm must be able to start them. */
	readonly limitMs: number;
}

/** A srun with the agents of some nodes. */
class Srun {
	readonly lines = new RecentLines(NOISE);
	readonly #child: ChildProcess;
	readonly #exited: Promise<void>;
	readonly #hosts: readonly Host[];
	readonly #dialBack: DialBack;
	/** A line that is not complete yet. */
	#rest = "";
	#isGone = false;
	#hasLostNode = false;

	constructor(group: NodeGroup, { command, dialBack, limitMs }: SrunOptions) {
		this.#hosts = group.hosts;
		this.#dialBack = dialBack;
		// A session of its own: Ctrl-C is for us to pass on. Should we be killed, it must live until the agents have
		// noticed and cleaned up: Slurm kills them once srun is gone.
		this.#child = spawn("srun", ["--label", ...srunArguments(group, limitMs), "/bin/sh", "-c", command], {
			env: srunEnvironment(process.env),
			stdio: "pipe",
			detached: true,
		});
		this.#child.stdin?.on("error", () => {});
		this.#child.stdin?.write(`${dialBack.key}\n`);
		this.#child.stdout?.on("data", (data: Buffer) => this.#readFailures(data));
		this.#child.stderr?.on("data", (data: Buffer) => this.lines.push(data));
		this.#exited = once(this.#child, "close").then(
			([code, signal]) => this.#ended(`srun ${exitText({ code, signal })}`),
			(error: Error) => this.#ended(`cannot start srun: ${error.message}`),
		);
	}

	/** What srun says about the end of an agent, if it says anything. */
	async lastWords(): Promise<string | undefined> {
		this.#hasLostNode = true;
		await this.#exitWithin(LAST_WORDS_MS);
		return this.lines.telling;
	}

	/** Its agents have ended, or are to end now: resolves once it is gone. */
	async end(): Promise<void> {
		this.#child.stdin?.end();
		if (!this.#hasLostNode) await this.#exitWithin(LAST_WORDS_MS);
		// A srun that has lost a node waits for it, and ignores SIGTERM meanwhile.
		for (const signal of this.#hasLostNode ? (["SIGKILL"] as const) : (["SIGTERM", "SIGKILL"] as const)) {
			if (this.#isGone) break;
			this.#child.kill(signal);
			await this.#exitWithin(LAST_WORDS_MS);
		}
		await this.#exited;
	}

	#ended(how: string): void {
		this.#isGone = true;
		for (const { name } of this.#hosts) {
			this.#dialBack.giveUp(name, new LaunchError(`Cannot reach host ${name}: ${this.lines.telling ?? how}`));
		}
	}

	#exitWithin(limitMs: number): Promise<unknown> {
		return Promise.race([this.#exited, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
	}

	/** What a node says that cannot start its agent: `1: tsmpi-failed there is no node`. */
	#readFailures(data: Buffer): void {
		const lines = `${this.#rest}${data.toString("utf8")}`.split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) {
			const [, task, text = ""] = /^\s*(\d+): ?(.*)$/.exec(line) ?? [];
			if (!text.startsWith(FAILED_LINE)) continue;
			const name = this.#hosts[Number(task)]?.name;
			if (name === undefined) continue;
			const why = text.slice(FAILED_LINE.length);
			this.#dialBack.giveUp(name, new LaunchError(`Cannot start an agent on host ${name}: ${why}`));
		}
	}
}
