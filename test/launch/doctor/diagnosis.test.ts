import test from "ava";
import { diagnose } from "../../../launch/doctor/diagnosis.ts";
import { hostTable } from "../../../launch/doctor/table.ts";
import type { HostFacts } from "../../../launch/link/examination.ts";

const GOOD: HostFacts = {
	hostname: "a",
	node: "20.19.0",
	tsmpi: "1.2.3",
	atMs: 0,
	zeromq: { found: "6.8.0" },
	nodeLlamaCpp: { found: "3.21.1" },
	llamaServer: {},
	gpus: { names: ["NVIDIA L4", "NVIDIA L4"] },
	cores: 8,
	folders: [
		{ path: "/tmp", freeBytes: 3 * 2 ** 30 },
		{ path: "/dev/shm", freeBytes: 2 ** 20 },
	],
	openFiles: 1024,
	addresses: ["10.0.0.1"],
};

test("diagnose() finds nothing wrong with a good host", (t) => {
	t.deepEqual(diagnose({ name: "a", facts: GOOD, clockAheadMs: 900 }, "1.2.3"), { problems: [], notes: [] });
	t.deepEqual(diagnose({ name: "a", facts: { ...GOOD, node: "22.1.0" } }, "1.2.3").problems, []);
});

const FAULTS: readonly (readonly [string, Partial<HostFacts>, number, RegExp])[] = [
	["an old Node", { node: "20.18.9" }, 0, /^a: Node is 20\.18\.9: install 20\.19 or newer/],
	["another tsmpi", { tsmpi: "1.2.4" }, 0, /^a: tsmpi is 1\.2\.4, here it is 1\.2\.3: install the same/],
	["a fast clock", {}, 2500, /^a: its clock is 2\.5 s ahead of this host's: run an NTP service/],
	["a slow clock", {}, -1001, /^a: its clock is 1\.0 s behind this host's/],
	["a broken zeromq", { zeromq: { error: "no GLIBC" } }, 0, /^a: zeromq does not load \(no GLIBC\): run npm/],
	[
		"a wrong LLAMA_SERVER",
		{ llamaServer: { error: "X is no program" } },
		0,
		/^a: X is no program: correct it/,
	],
	["a sick driver", { gpus: { names: [], error: "nvidia-smi: boom" } }, 0, /^a: nvidia-smi: boom: repair/],
	["a full folder", { folders: [{ path: "/tmp", freeBytes: 2 ** 20 }] }, 0, /^a: \/tmp has 1 MiB free: make/],
	["too few files", { openFiles: 256 }, 0, /^a: a process may open 256 files: raise it to 1024/],
];
for (const [title, facts, clockAheadMs, line] of FAULTS) {
	test(`diagnose() says what to do about ${title}`, (t) => {
		const { problems, notes } = diagnose({ name: "a", facts: { ...GOOD, ...facts }, clockAheadMs }, "1.2.3");
		t.is(problems.length, 1);
		t.regex(problems[0] ?? "", line);
		t.deepEqual(notes, []);
	});
}

test("diagnose() compares the hostfile's gpus= with the GPUs that are there", (t) => {
	t.deepEqual(diagnose({ name: "a", facts: GOOD, gpus: 2 }, "1.2.3").problems, []);
	t.deepEqual(diagnose({ name: "a", facts: GOOD, gpus: 3 }, "1.2.3").problems, [
		"a: the hostfile says gpus=3, but it has 2: correct the hostfile",
	]);
});

test("diagnose() only notes that there is no engine, and repeats why a host does not answer", (t) => {
	const { problems, notes } = diagnose({ name: "a", facts: { ...GOOD, nodeLlamaCpp: {} } }, "1.2.3");
	t.deepEqual(problems, []);
	t.regex(notes.join(), /^a: no llama\.cpp engine: npm install node-llama-cpp, or put llama-server on PATH$/);
	const silent = diagnose({ name: "b", unreachable: "Cannot start an agent on host b: why" }, "1.2.3");
	t.deepEqual(silent, { problems: ["Cannot start an agent on host b: why"], notes: [] });
});

test("hostTable() has a line for each host, and no column without content", (t) => {
	const text = hostTable([
		{ name: "a", facts: { ...GOOD, gpus: { names: [] } }, startMs: 240, clockAheadMs: 0 },
		{ name: "node10", facts: { ...GOOD, zeromq: { error: "x" } }, startMs: 260, clockAheadMs: -1500 },
		{ name: "b", unreachable: "why" },
	]);
	t.deepEqual(
		text.split("\n").map((line) => line.split(/ {2,}/)),
		[
			"host  node  tsmpi  zeromq  node-llama-cpp  llama-server  cores  GPUs  free  files  clock  start",
			"a  20.19.0  1.2.3  6.8.0  3.21.1  none  8  none  /tmp 3 GiB, /dev/shm 1 MiB  1024  same  0.2 s",
			"node10  20.19.0  1.2.3  error  3.21.1  none  8  2 x NVIDIA L4  /tmp 3 GiB, /dev/shm 1 MiB  1024  -1.5 s  0.3 s",
			"b  no agent",
			"",
		].map((line) => line.split("  ")),
	);
	t.notRegex(hostTable([{ name: "a", facts: GOOD }]), /clock|start/);
});
