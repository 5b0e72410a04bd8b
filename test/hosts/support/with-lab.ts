import test, { type ExecutionContext } from "ava";
import { Lab } from "./lab.ts";

/** Declares a test on real hosts. Tests of one file share the hosts and run one after the other. */
export type LabTest = (title: string, body: (t: ExecutionContext, lab: Lab) => Promise<void>) => void;

/** Hosts for the tests of one file: made before the first, gone after the last. Without root the tests are skipped. */
export function withLab(nodes: number): LabTest {
	const why = Lab.missing;
	if (why !== undefined) return (title) => test.skip(`${title} (${why})`, () => {});
	let lab: Lab | undefined;
	test.before(async () => {
		lab = await Lab.up(nodes);
	});
	test.after.always(() => lab?.down());
	return (title, body) => {
		test.serial(title, async (t) => {
			if (lab === undefined) throw new Error("there are no hosts");
			await body(t, lab);
		});
	};
}
