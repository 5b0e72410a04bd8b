import { LaunchError } from "../../src/base/errors.ts";
import { examine } from "../agent/examine/examine.ts";
import type { Host } from "../hosts/hosts.ts";
import type { AgentLink } from "../launchers/launcher.ts";
import type { Finding, Probe, Target } from "../link/examination.ts";
import type { Examined } from "./diagnosis.ts";

/** Time for one finding: nvidia-smi or a dead file system may hold an agent up for ever. */
const ANSWER_MS = 20_000;

/** How often a clock is read: the fastest of the answers tells most, because the way takes unequal times. */
const CLOCK_READINGS = 3;

/** Examines one host. */
export type Ask = (probe: Probe) => Promise<Finding>;

/** Examines this host. */
export const askHere: Ask = (probe) => examine(probe, process.env);

/** Examines an agent's host. Findings come in the order of the probes; rejects with LaunchError if the agent is lost. */
export function askAgent(host: string, link: AgentLink): Ask {
	const waiting: { resolve: (finding: Finding) => void; reject: (error: Error) => void }[] = [];
	let lost: LaunchError | undefined;
	const fail = (why: string) => {
		lost ??= new LaunchError(`Cannot examine host ${host}: ${why}`);
		for (const { reject } of waiting.splice(0)) reject(lost);
	};
	link.onMessage((message) => {
		if (message.type === "examined") waiting.shift()?.resolve(message.finding);
	});
	link.onClose((why) => fail(why ?? "its agent has ended"));
	return async (probe) => {
		if (lost !== undefined) throw lost;
		const timer = setTimeout(() => fail(`no answer within ${ANSWER_MS / 1000} s`), ANSWER_MS);
		try {
			return await new Promise<Finding>((resolve, reject) => {
				waiting.push({ resolve, reject });
				link.send({ type: "examine", probe });
			});
		} finally {
			clearTimeout(timer);
		}
	};
}

/** A host to examine. */
export interface PatientOptions {
	readonly host: Pick<Host, "name" | "gpus">;
	/** Resolves once the host can be asked; rejects with a LaunchError that says why it cannot. */
	readonly ask: Promise<Ask>;
	/** Its agent has to be started, which takes time that the report shows. */
	readonly remote: boolean;
}

/** One host under examination. */
export class Patient {
	readonly name: string;
	readonly #gpus: number | undefined;
	readonly #ask: Promise<Ask>;
	readonly #startMs: Promise<number | undefined>;
	#examined: Examined | undefined;

	constructor({ host, ask, remote }: PatientOptions) {
		const { name, gpus } = host;
		this.name = name;
		this.#gpus = gpus;
		this.#ask = ask;
		const from = performance.now();
		this.#startMs = ask.then(
			() => (remote ? performance.now() - from : undefined),
			() => undefined,
		);
	}

	/** What there is to say about the host itself. */
	async examine(iface: string | undefined): Promise<Examined> {
		this.#examined = await this.#findFacts(iface).catch((error: unknown) => this.#isLost(error));
		return this.#examined;
	}

	async #findFacts(iface: string | undefined): Promise<Examined> {
		const ask = await this.#ask;
		const startMs = await this.#startMs;
		const clockAheadMs = startMs === undefined ? undefined : await clockAhead(ask);
		const { facts } = await ask({ about: "host", ...(iface === undefined ? {} : { iface }) });
		return {
			name: this.name,
			...(this.#gpus === undefined ? {} : { gpus: this.#gpus }),
			...(facts === undefined ? {} : { facts }),
			...(startMs === undefined ? {} : { startMs }),
			...(clockAheadMs === undefined ? {} : { clockAheadMs }),
		};
	}

	/** Where the other hosts are to connect to; undefined if the host cannot be examined. */
	async open(): Promise<Target | undefined> {
		const addresses = this.#examined?.facts?.addresses;
		if (addresses === undefined || addresses.length === 0) return undefined;
		const { port } = await (await this.#ask)({ about: "port" }).catch((error: unknown) => this.#fail(error));
		return port === undefined ? undefined : { name: this.name, addresses, ...port };
	}

	/** Connects to these; tells what it could not reach. */
	async connect(targets: readonly Target[]): Promise<readonly { name: string; error: string }[]> {
		const others = targets.filter(({ name }) => name !== this.name);
		if (this.#examined?.facts === undefined || others.length === 0) return [];
		const ask = await this.#ask;
		const { failed } = await ask({ about: "way", targets: others }).catch((error: unknown) =>
			this.#fail(error),
		);
		return failed ?? [];
	}

	/** The host has answered before, and does not any more. */
	#fail(error: unknown): Finding {
		this.#examined = this.#isLost(error);
		return {};
	}

	#isLost(error: unknown): Examined {
		if (!(error instanceof LaunchError)) throw error;
		return { name: this.name, unreachable: error.message };
	}

	get examined(): Examined {
		return this.#examined ?? { name: this.name };
	}
}

/** How far a clock is ahead of ours, less what the way may take; negative: behind. */
async function clockAhead(ask: Ask): Promise<number> {
	let best = { wayMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
	for (let reading = 0; reading < CLOCK_READINGS; reading++) {
		const from = Date.now();
		const { clockMs = from } = await ask({ about: "clock" });
		const to = Date.now();
		if (to - from < best.wayMs) best = { wayMs: to - from, aheadMs: clockMs - (from + to) / 2 };
	}
	const certain = Math.max(0, Math.abs(best.aheadMs) - best.wayMs / 2 - 1);
	return Math.sign(best.aheadMs) * certain;
}
