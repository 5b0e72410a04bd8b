import test, { type ExecutionContext } from "ava";
import { turns } from "../../support/turns.ts";
import { Lab } from "./lab.ts";

/** Declares a test on real hosts. */
export type LabTest = (title: string, body: (t: ExecutionContext, lab: Lab) => Promise<void>) => void;

/** How the hosts are made and shared. */
export interface LabOptions {
	/** Tests that run at a time. Default: one after the other, for tests that change the hosts. */
	readonly atOnce?: number;
	/** Done to the hosts once they are there. */
	readonly prepare?: (lab: Lab) => Promise<unknown>;
}

/** Hosts for the tests of one file: made before the first, gone after the last. Without root the tests are skipped. */
export function withLab(nodes: number, { atOnce = 1, prepare }: LabOptions = {}): LabTest {
	const why = Lab.missing;
	if (why !== undefined) return (title) => test.skip(`${title} (${why})`, () => {});
	const inTurn = turns(atOnce);
	let lab: Lab | undefined;
	test.before(async () => {
		lab = await Lab.up(nodes);
		await prepare?.(lab);
	});
	test.after.always(() => lab?.down());
	const declare = atOnce === 1 ? test.serial : test;
	return (title, body) => {
		declare(title, (t) =>
			inTurn(async () => {
				if (lab === undefined) throw new Error("there are no hosts");
				await body(t, lab);
			}),
		);
	};
}
