import { nearest } from "../../base/nearest.ts";
import { MAX_SLOTS } from "../engine/options.ts";
import { JobError } from "../errors.ts";
import type { Setting, Sweep } from "./for-each-setting.ts";

/** What `--sweep` may change. */
const SWEEP_AXES = ["inflight", "np", "gpu-layers", "model"] as const;
type SweepAxis = (typeof SWEEP_AXES)[number];

/**
 * Reads a sweep such as "inflight=1,2,4".
 *
 * @throws {JobError} with exit code 2.
 */
export function parseSweep(text: string): Sweep {
	const mistake = (why: string) => new JobError(`Cannot use --sweep ${text}: ${why}`, 2);
	const [name = "", list = ""] = text.split(/=(.*)/s);
	const axis = SWEEP_AXES.find((each) => each === name);
	if (axis === undefined) {
		const guess = nearest(name, SWEEP_AXES);
		const hint = guess === undefined ? "" : `; did you mean ${guess}?`;
		throw mistake(`it takes ${SWEEP_AXES.join(", ")} and a list, as in inflight=1,2,4${hint}`);
	}
	const labels = list.split(",").map((label) => label.trim());
	if (labels.includes("")) throw mistake(`${axis} needs a list of values, as in ${axis}=${EXAMPLES[axis]}`);
	const twice = labels.find((label, index) => labels.indexOf(label) !== index);
	if (twice !== undefined) throw mistake(`${twice} is there twice`);
	return { axis, settings: labels.map((label) => setting(axis, label, mistake)) };
}

const EXAMPLES: Readonly<Record<SweepAxis, string>> = {
	inflight: "1,2,4",
	np: "1,2,4",
	"gpu-layers": "0,16,max",
	model: "q4.gguf,q8.gguf",
};

function setting(axis: SweepAxis, label: string, mistake: (why: string) => JobError): Setting {
	const whole = (least: number, most: number) => {
		const value = Number(label);
		if (/^\d+$/.test(label) && value >= least && value <= most) return value;
		throw mistake(`${label} is not a whole number from ${least} to ${most}`);
	};
	switch (axis) {
		case "inflight":
			return { label, changes: { inflight: whole(1, MAX_SLOTS) } };
		case "np":
			return { label, changes: {}, ranks: whole(1, 100_000) };
		case "gpu-layers":
			if (label === "auto" || label === "max") return { label, changes: { gpuLayers: label } };
			return { label, changes: { gpuLayers: whole(0, 100_000) } };
		case "model":
			return { label, changes: { model: label } };
	}
}
