// Loaded into every Node process of a job by bench/first-token.js: writes when each step was reached, in milliseconds of
// the clock that all processes share, into the file that MARKS names.
const { ChildProcess } = require("node:child_process");
const { appendFileSync } = require("node:fs");
const { MARKS = "", TSMPI_RANK = "" } = process.env;

/** @param {string} name */
const mark = (name, time = performance.timeOrigin + performance.now()) =>
	appendFileSync(MARKS, `${name} ${time}\n`);

const program = process.argv[1] ?? "";
if (program.includes("launch")) mark("launcher up");
else if (program.includes("host/main")) mark("engine host up");
else if (TSMPI_RANK !== "" && program.includes("llama_sched")) mark("rank's node up");

// What an engine host tells its rank.
const STEPS = new Map([
	["device", "library loaded"],
	["loaded", "model loaded"],
	["first", "first token"],
]);
const { emit } = ChildProcess.prototype;
/** @param {[name: string | symbol, ...values: any[]]} args */
ChildProcess.prototype.emit = function (...args) {
	if (args[0] === "message") {
		for (const { type } of [args[1]].flat()) {
			const step = STEPS.get(type);
			if (step !== undefined) mark(step);
			// Of many requests the first one.
			if (type === "first") STEPS.delete(type);
		}
	}
	return Reflect.apply(emit, this, args);
};

Object.assign(globalThis, { mark });
