import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ExecutionContext } from "ava";
import { findOnPath } from "../../../src/base/host/path.ts";
import { type RunHandle, type RunOptions, start } from "../../support/run.ts";
import { withoutWaiting } from "./waiting.ts";

/** The scripts are no modules: they stay where the sources are. */
export const LAB_SCRIPTS: string = fileURLToPath(new URL("../../../../test/hosts/lab/", import.meta.url));
const SCRIPT = `${LAB_SCRIPTS}hosts.sh`;

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Hosts that are network namespaces of this machine: `head`, where tsmpirun runs, and node1, node2, ... */
export class Lab {
	readonly #folder: string;
	/** For programs that work on these hosts. */
	readonly env: NodeJS.ProcessEnv;

	private constructor() {
		// Several labs may be up at once.
		this.#folder = `/run/tsmpi-lab-${process.pid}`;
		this.env = { ...process.env, TSMPI_LAB: this.#folder, TSMPI_LAB_PREFIX: `l${process.pid}-`, PATH };
	}

	/** Why there can be no such hosts here, or undefined. */
	static get missing(): string | undefined {
		if (process.getuid?.() !== 0) return "needs root";
		const missing = ["ip", "sshd", "ssh", "nsenter", "python3"].filter(
			(name) => findOnPath(name, PATH) === undefined,
		);
		return missing.length === 0
			? undefined
			: `needs ${missing.join(", ")} (packages openssh-server, iproute2, util-linux, python3-minimal)`;
	}

	/** Makes the hosts. */
	static async up(nodes: number): Promise<Lab> {
		const lab = new Lab();
		try {
			await lab.hosts("up", `${nodes}`);
			return lab;
		} catch (error) {
			await lab.down();
			throw error;
		}
	}

	async down(): Promise<void> {
		if (existsSync(this.#folder)) await this.hosts("down");
	}

	/** Calls hosts.sh; resolves with what it prints. */
	async hosts(...words: string[]): Promise<string> {
		const options = { env: this.env, timeout: 60_000 };
		return (await promisify(execFile)("bash", [SCRIPT, ...words], options)).stdout;
	}

	/** What to put before a command that is to run on a host. */
	within(host: string): string[] {
		return ["bash", SCRIPT, "exec", host, "--"];
	}

	/** Kills a process by its number on a host. */
	async kill(host: string, pid: string | undefined): Promise<void> {
		await this.hosts("exec", host, "--", "kill", "-s", "KILL", `${pid}`);
	}

	/** What ssh needs to find the hosts and their keys. */
	get sshArguments(): string {
		return `-F ${this.#folder}/ssh_config`;
	}

	/** Starts tsmpirun on the host `head`. What it says of hosts that answer late on a busy machine is left out. */
	start(t: ExecutionContext, args: readonly string[], options: RunOptions = {}): RunHandle {
		const ssh = { TSMPI_RSH_ARGS: this.sshArguments };
		const job = start(t, args, {
			...options,
			env: { ...this.env, ...ssh, ...options.env },
			within: this.within("head"),
		});
		const done = job.done.then((result) => ({ ...result, stderr: withoutWaiting(result.stderr) }));
		return { ...job, done };
	}

	/** Runs tsmpirun on the host `head` to its end. */
	run(t: ExecutionContext, args: readonly string[], options: RunOptions = {}): RunHandle["done"] {
		return this.start(t, args, options).done;
	}

	/** Processes that are still there on the nodes after this time at the most. */
	async leftAfter(limitMs: number): Promise<string> {
		const end = performance.now() + limitMs;
		for (;;) {
			const left = await this.hosts("leftovers").catch((error: { stdout: string }) => error.stdout);
			if (left === "" || performance.now() > end) return left;
			// Nothing tells when a process of somebody else ends.
			await delay(50);
		}
	}
}
