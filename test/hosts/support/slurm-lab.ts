import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { findOnPath } from "../../../src/base/host/path.ts";
import { type RunHandle, type RunOptions, start } from "../../support/run.ts";
import { workplace } from "../../support/workplace.ts";
import { Lab } from "./lab.ts";
import { withoutWaiting } from "./waiting.ts";

/** The script is no module: it stays where the sources are. */
const SCRIPT = fileURLToPath(new URL("../../../../test/hosts/lab/slurm.sh", import.meta.url));

const NEEDED = ["slurmctld", "slurmd", "salloc", "srun", "sbatch", "scontrol", "munged"] as const;

/** A tsmpirun in an allocation. */
export interface AllocatedRun extends RunHandle {
	/** Processes and files that are still there after this time at the most. */
	readonly leftAfter: (limitMs: number) => Promise<string[]>;
}

/** A real Slurm on the hosts of a lab: slurmctld on `head`, and nodes of four processors and two GPUs each. */
export class SlurmLab {
	readonly lab: Lab;

	private constructor(lab: Lab) {
		this.lab = lab;
	}

	/** Why there can be no Slurm here, or undefined. */
	static get missing(): string | undefined {
		const missing = NEEDED.filter(
			(name) => findOnPath(name, `${process.env.PATH}:/usr/sbin:/sbin`) === undefined,
		);
		return (
			Lab.missing ??
			(missing.length === 0 ? undefined : `needs ${missing.join(", ")} (packages slurm-wlm, munge)`)
		);
	}

	static async up(nodes: number): Promise<SlurmLab> {
		const slurm = new SlurmLab(await Lab.up(nodes));
		try {
			await slurm.#script("up", "4");
			return slurm;
		} catch (error) {
			await slurm.down();
			throw error;
		}
	}

	async down(): Promise<void> {
		await this.#script("down");
		await this.lab.down();
	}

	/** Runs a command of Slurm on the host `head`; resolves with what it prints. */
	run(...words: string[]): Promise<string> {
		return this.#script("run", ...words);
	}

	/** Runs tsmpirun on the host `head`, in an allocation with these wishes. */
	allocate(
		t: ExecutionContext,
		wishes: readonly string[],
		args: readonly string[],
		options: RunOptions = {},
	): AllocatedRun {
		const { env, leftAfter } = workplace(t);
		const handle = start(t, args, {
			...options,
			env: { ...this.lab.env, ...env, ...options.env },
			within: ["bash", SCRIPT, "run", "salloc", "-Q", ...wishes],
		});
		const done = handle.done.then((result) => ({ ...result, stderr: withoutWaiting(result.stderr) }));
		return { ...handle, done, leftAfter };
	}

	async #script(...words: string[]): Promise<string> {
		const options = { env: this.lab.env, timeout: 60_000 };
		return (await promisify(execFile)("bash", [SCRIPT, ...words], options)).stdout;
	}
}

/** Declares a test on a real Slurm. Tests of one file share it and run one after the other. */
export type SlurmTest = (
	title: string,
	body: (t: ExecutionContext, slurm: SlurmLab) => Promise<void>,
) => void;

/** A Slurm for the tests of one file. Where there can be none the tests are skipped. */
export function withSlurm(nodes: number): SlurmTest {
	const why = SlurmLab.missing;
	if (why !== undefined) return (title) => test.skip(`${title} (${why})`, () => {});
	let slurm: SlurmLab | undefined;
	test.before(async () => {
		slurm = await SlurmLab.up(nodes);
	});
	test.after.always(() => slurm?.down());
	return (title, body) => {
		test.serial(title, async (t) => {
			if (slurm === undefined) throw new Error("there is no Slurm");
			await body(t, slurm);
		});
	};
}
