import { LaunchError } from "../../src/base/errors.ts";
import { Agent } from "../agent/agent.ts";
import type { Options } from "../command-line/options.ts";
import { chooseLauncher, type LauncherFactory } from "../launchers/choose.ts";
import type { AgentLink, Launcher } from "../launchers/launcher.ts";
import { type Link, linkPair } from "../link/link.ts";
import type { AgentToHead, HeadToAgent, LaunchOrder } from "../link/protocol.ts";
import { forwardedVariables } from "./forwarded.ts";
import { type JobFacts, launchOrder } from "./orders.ts";
import type { Plan } from "./plan.ts";
import { PreloadSender } from "./preload.ts";

/** If a host cannot be used, the others get this time to answer, so that all that is wrong is told in one go. */
const SETTLE_MS = 5000;

/** An agent that has not cleaned up in this time will not tell us any more. */
const CLOSE_MS = 5000;

/** One host of the job, from the head's side. */
interface Node {
	/** Its place among the hosts of the plan. */
	readonly index: number;
	readonly name: string;
	link: AgentLink | undefined;
	prepared: boolean;
	/** It cannot take part. */
	refused: boolean;
	files: PreloadSender | undefined;
	/** Nothing more comes from it. */
	over: boolean;
}

/** Why a host cannot take part. */
interface Refusal {
	/** Its place in the hosts' order: the first one's exit code is the job's. */
	readonly host: number;
	readonly text: string;
	readonly exitCode: number;
}

/** The agents of all hosts as if they were one. */
export class Fleet implements Link<HeadToAgent, AgentToHead> {
	readonly #plan: Plan;
	readonly #nodes: readonly Node[];
	readonly #launcher: Launcher;
	readonly #refusals: Refusal[] = [];
	#refusing: NodeJS.Timeout | undefined;
	#listener: ((message: AgentToHead) => void) | undefined;
	readonly #early: AgentToHead[] = [];
	#going = false;
	#closing = false;
	#closed = false;

	private constructor({ verbose, remote }: Options, plan: Plan, makeLauncher: LauncherFactory) {
		this.#plan = plan;
		this.#nodes = plan.nodes.map(({ name }, index): Node => {
			return { index, name, link: undefined, prepared: false, refused: false, files: undefined, over: false };
		});
		const waiting = (text: string) => this.#tell({ type: "waiting", text });
		this.#launcher = makeLauncher({
			connectMs: remote.connectMs,
			waiting,
			note: (text) => {
				if (verbose) waiting(text);
			},
		});
	}

	/** Starts an agent on each host of the plan. Throws LaunchError where the options for that make no sense. */
	static async start(options: Options, plan: Plan, job: JobFacts): Promise<Fleet> {
		const fleet = new Fleet(options, plan, await chooseLauncher(plan.launcher, options));
		fleet.#start(job, forwardedVariables(process.env, options.remote.envAll));
		return fleet;
	}

	send = (message: HeadToAgent): void => {
		if (message.type === "close") this.#close();
		else if ("rank" in message) this.#nodeOf(message.rank)?.link?.send(message);
		else for (const node of this.#nodes) if (!node.over) node.link?.send(message);
		// A host that has not begun must not begin later.
		if (message.type === "terminate") this.#going = true;
	};

	onMessage = (listener: (message: AgentToHead) => void): void => {
		this.#listener = listener;
		for (const message of this.#early.splice(0)) listener(message);
	};

	onClose = (): void => {};

	close = (): void => this.#close();

	#start(job: JobFacts, env: Readonly<Record<string, string>>): void {
		const remote = this.#plan.nodes.filter(this.#plan.isRemote);
		const links = this.#launcher.start(remote);
		for (const [index, host] of this.#plan.nodes.entries()) {
			const node = this.#nodes[index];
			if (node === undefined) continue;
			const order = (variables: Readonly<Record<string, string>>) =>
				launchOrder(this.#plan, index, { ...job, env: variables });
			const link = links[remote.indexOf(host)];
			if (link === undefined) {
				const [near, far] = linkPair<HeadToAgent, AgentToHead>();
				new Agent(far);
				this.#reached(node, near, order({}));
			} else {
				link.then(
					(reached) => this.#reached(node, reached, order(env)),
					(error: unknown) => this.#failed(node, error),
				);
			}
		}
	}

	#reached(node: Node, link: AgentLink, order: LaunchOrder): void {
		if (this.#closing) {
			link.close();
			return;
		}
		node.link = link;
		link.onMessage((message) => this.#receive(node, message));
		link.onClose((lost) => this.#ended(node, lost));
		link.send(order);
		if (order.preload === undefined) return;
		node.files = new PreloadSender(link);
		node.files.send(order.preload).catch((error: unknown) => this.#failed(node, error));
	}

	#failed(node: Node, error: unknown): void {
		if (node.link === undefined) node.over = true;
		if (this.#closing) this.#checkClosed();
		else if (error instanceof LaunchError) this.#refuse(node, error.message, error.exitCode);
		else throw error;
	}

	#receive(node: Node, message: AgentToHead): void {
		switch (message.type) {
			case "prepared":
				node.prepared = true;
				this.#tell(message);
				this.#goOnceAllAreReady();
				this.#checkRefused();
				break;
			case "file-credit":
				node.files?.credit(message.bytes);
				break;
			case "refused":
				this.#refuse(node, `host ${node.name}: ${message.text}`, message.exitCode);
				break;
			case "closed":
				node.over = true;
				node.link?.close();
				this.#checkClosed();
				break;
			default:
				this.#tell(message);
		}
	}

	/** A host begins when all can: a program that is missing on one of them has not run on the others. */
	#goOnceAllAreReady(): void {
		if (this.#going || !this.#nodes.every(({ prepared }) => prepared)) return;
		this.#going = true;
		for (const { link } of this.#nodes) link?.send({ type: "go" });
	}

	#ended(node: Node, lost: string | undefined): void {
		if (node.over) return;
		node.over = true;
		const text = lost ?? "its agent has ended";
		if (this.#closing) {
			this.#tell({ type: "warning", text: `host ${node.name}: ${text}; something may be left there` });
			this.#checkClosed();
		} else if (this.#going) this.#tell({ type: "lost", node: node.index, text, atMs: Date.now() });
		else this.#refuse(node, `host ${node.name} is lost: ${text}`, 1);
	}

	#refuse(node: Node, text: string, exitCode: number): void {
		node.refused = true;
		this.#refusals.push({ host: node.index, text, exitCode });
		this.#refusing ??= setTimeout(() => this.#tellRefusals(), SETTLE_MS);
		this.#checkRefused();
	}

	/** There is nothing to wait for once all hosts have answered. */
	#checkRefused(): void {
		if (this.#refusing === undefined) return;
		if (this.#nodes.every(({ prepared, refused }) => prepared || refused)) this.#tellRefusals();
	}

	#tellRefusals(): void {
		clearTimeout(this.#refusing);
		const refusals = this.#refusals.splice(0).sort((a, b) => a.host - b.host);
		const text = refusals.map((each) => each.text).join("\ntsmpirun: ");
		this.#tell({ type: "refused", text, exitCode: refusals[0]?.exitCode ?? 1 });
	}

	#close(): void {
		if (this.#closing) return;
		this.#closing = true;
		clearTimeout(this.#refusing);
		for (const node of this.#nodes) {
			if (node.link === undefined) node.over = true;
			else if (!node.over) node.link.send({ type: "close" });
		}
		const silent = () => this.#nodes.forEach((node) => void this.#ended(node, "it does not answer"));
		setTimeout(silent, CLOSE_MS).unref();
		this.#checkClosed();
	}

	#checkClosed(): void {
		if (!this.#closing || this.#closed || !this.#nodes.every(({ over }) => over)) return;
		this.#closed = true;
		void this.#launcher.close().then(() => this.#tell({ type: "closed" }));
	}

	#tell(message: AgentToHead): void {
		if (this.#listener === undefined) this.#early.push(message);
		else this.#listener(message);
	}

	#nodeOf(rank: number): Node | undefined {
		const node = this.#nodes[this.#plan.ranks[rank]?.nodeRank ?? -1];
		return node?.over === true ? undefined : node;
	}
}
