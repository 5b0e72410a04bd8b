import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionContext } from "ava";

const MARK = "TSMPI_TEST_WORKPLACE";

/** A place of its own for a tsmpirun, in which everything that it leaves behind is found. */
export interface Workplace {
	/** Scratch folder of the test. */
	readonly folder: string;
	/** For tsmpirun: TMPDIR, and a mark that all its processes inherit. */
	readonly env: Readonly<Record<string, string>>;
	/** Processes and temporary files that are there now. */
	readonly left: () => string[];
	/** What is still left after this time at the most. */
	readonly leftAfter: (limitMs: number) => Promise<string[]>;
}

/** Makes a workplace; it is removed when the test is over. */
export function workplace(t: ExecutionContext): Workplace {
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-test-"));
	const temporary = join(folder, "tmp");
	mkdirSync(temporary);
	const env = { TMPDIR: temporary, [MARK]: folder };
	const left = () => [...processesWith(`${MARK}=${folder}`), ...readdirSync(temporary)];
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	return {
		folder,
		env,
		left,
		leftAfter: async (limitMs) => {
			const end = performance.now() + limitMs;
			for (let found = left(); ; found = left()) {
				if (found.length === 0 || performance.now() > end) return found;
				// Nothing tells when a process ends that is not our child.
				await delay(20);
			}
		},
	};
}

/** Command lines of the processes whose environment has this line. */
function processesWith(line: string): string[] {
	const read = (pid: string, file: string) => {
		try {
			return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
		} catch {
			// It has just ended, or is somebody else's.
			return [];
		}
	};
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && read(name, "environ").includes(line))
		.map((pid) => `${pid} ${read(pid, "cmdline").join(" ")}`);
}
