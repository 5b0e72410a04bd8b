import { hostname, userInfo } from "node:os";
import test from "ava";
import { parseHostfile, parseHostList } from "../../../launch/hosts/hosts.ts";
import { isLocal, mergeLocal } from "../../../launch/hosts/local-host.ts";

const LINES: readonly (readonly [string, Record<string, unknown>])[] = [
	["node1", { name: "node1", slots: 1 }],
	["node1 slots=4", { name: "node1", slots: 4 }],
	["  node1  slots = 4  # the big one", { name: "node1", slots: 4 }],
	["node1 slots= 4 max_slots =8", { name: "node1", slots: 4, maxSlots: 8 }],
	["node1 max-slots=8", { name: "node1", slots: 8, maxSlots: 8 }],
	["node1:4", { name: "node1", slots: 4 }],
	["node1.rack.example.org:2", { name: "node1.rack.example.org", slots: 2 }],
	["me@node1:4 port=2222", { name: "node1", user: "me", slots: 4, port: 2222 }],
	["10.0.0.7:3", { name: "10.0.0.7", slots: 3 }],
	["::1", { name: "::1", slots: 1 }],
	["[::1]:4", { name: "::1", slots: 4 }],
	["me@[fe80::1%eth0] slots=2", { name: "fe80::1%eth0", user: "me", slots: 2 }],
	["node1 slots=2 gpus=4", { name: "node1", slots: 2, gpus: 4 }],
	["node1 gpus=0", { name: "node1", slots: 1, gpus: 0 }],
	["me@fe80::1", { name: "fe80::1", user: "me", slots: 1 }],
];
for (const [line, host] of LINES) {
	test(`parseHostfile() reads "${line}"`, (t) => {
		t.deepEqual(parseHostfile(`# hosts\n\n${line}\r\n`, "hosts"), [host as never]);
	});
}

test("parseHostfile() adds up a host that is named again and keeps the order", (t) => {
	const hosts = parseHostfile("a1\nb slots=2 gpus=1\na1\na[1-2] slots=3 max_slots=4\nb gpus=2\n", "hosts");
	t.deepEqual(hosts, [
		{ name: "a1", slots: 4, maxSlots: 4 },
		{ name: "b", slots: 3, gpus: 3 },
		{ name: "a2", slots: 3, maxSlots: 4 },
	]);
});

const MISTAKES: readonly (readonly [string, string])[] = [
	["a slot=4", 'f:1:3: Unknown word "slot": did you mean slots=?'],
	["a color=red", 'f:1:3: Unknown word "color": allowed are slots=, max_slots=, gpus= and port='],
	["ok\n\na slots=four", 'f:3:9: Cannot read "four" as slots: a number from 1 up is needed'],
	["a slots=0", 'f:1:9: Cannot read "0" as slots: a number from 1 up is needed'],
	["a slots=", 'f:1:3: Cannot read "slots": a number is needed, as in slots=4'],
	["a slots 4", 'f:1:3: Cannot read "slots": a number is needed, as in slots=4'],
	["a:x", 'f:1:3: Cannot read "x" as the slots of a: a number from 1 up is needed'],
	["a:4 slots=4", 'f:1:5: Cannot take "slots" twice for a'],
	["a slots=4 max_slots=2", "f:1:11: Cannot give a 4 slots: its max_slots is 2"],
	["a b", 'f:1:3: Unknown word "b": allowed are slots=, max_slots=, gpus= and port='],
	["@a", 'f:1:1: Cannot read the host "@a": write host, host:4, user@host or [::1]:4'],
	["fe80::zz", 'f:1:1: Cannot read the host "fe80::zz": write an IPv6 address with slots as [::1]:4'],
	["a port=70000", 'f:1:8: Cannot read "70000" as port: the highest is 65535'],
	["a gpus=-1", 'f:1:8: Cannot read "-1" as gpus: a number from 0 up is needed'],
	["  me@a/b", 'f:1:7: Cannot read the host "a/b": "/" cannot be part of a name'],
	["-oProxyCommand", 'f:1:1: Cannot read the host "-oProxyCommand": it begins with a dash'],
	["a,b", 'f:1:2: Cannot read the host "a,b": a comma may stand only within [ ]'],
	["x\nme@n[1,x]", 'f:2:8: Cannot read "x" as a range: numbers are needed, as in [1,3-5]'],
	["n[5-3]:2", 'f:1:3: Cannot read "5-3" as a range: it runs backwards'],
	["n[1-3", 'f:1:2: Cannot read "[1-3": its "]" is missing'],
	["n1-3]", 'f:1:5: Cannot read "]": no "[" before it'],
	["n[]", 'f:1:3: Cannot read "" as a range: numbers are needed, as in [1,3-5]'],
	["n[1-9999][1-9999]", 'f:1:11: Cannot expand "1-9999": more than 65536 hosts'],
	["a port=22\nb\na port=23", "f:3:1: Cannot reach a in two ways: port is 22 and 23"],
	["# nothing\n", "Cannot find a host in f: it has only comments and blank lines"],
];
const RANGES: readonly (readonly [string, string])[] = [
	["node[08-10,12]", "node08 node09 node10 node12"],
	["node[8-10]", "node8 node9 node10"],
	["node[1,3-5]-ib", "node1-ib node3-ib node4-ib node5-ib"],
	["rack[1-2]n[01-02].x", "rack1n01.x rack1n02.x rack2n01.x rack2n02.x"],
	["[1-2]", "1 2"],
];
for (const [text, names] of RANGES) {
	test(`hosts are expanded from ${text}`, (t) => {
		const expected = names.split(" ").map((name) => ({ name, slots: 3, user: "me" }));
		t.deepEqual(parseHostfile(`me@${text} slots=3`, "f"), expected);
		t.deepEqual(parseHostList(`me@${text}:3`), expected);
	});
}

test("parseHostfile() reports every bad line, and counts those beyond ten", (t) => {
	const { message } = t.throws(() => parseHostfile("a slots=x\nok\nb slost=1\n", "f")) as Error;
	t.deepEqual(message.split("\n"), [
		'f:1:9: Cannot read "x" as slots: a number from 1 up is needed',
		'f:3:3: Unknown word "slost": did you mean slots=?',
	]);
	const many = t.throws(() => parseHostfile("a b\n".repeat(13), "f")) as Error;
	t.is(many.message.split("\n").length, 11);
	t.is(many.message.split("\n").at(-1), "f: 3 more of its lines cannot be read");
});

for (const [text, message] of MISTAKES) {
	test(`parseHostfile() refuses ${JSON.stringify(text)}`, (t) => {
		t.like(
			t.throws(() => parseHostfile(text, "f")),
			{ message, exitCode: 1 },
		);
	});
}

test("parseHostList() reads hosts and slots", (t) => {
	t.deepEqual(parseHostList("n[1,3]:2, n2,n3"), [
		{ name: "n1", slots: 2 },
		{ name: "n3", slots: 3 },
		{ name: "n2", slots: 1 },
	]);
	t.deepEqual(parseHostList("a:2,b,[::1]:3,a"), [
		{ name: "a", slots: 3 },
		{ name: "b", slots: 1 },
		{ name: "::1", slots: 3 },
	]);
	t.throws(() => parseHostList("a,,b"), { message: /empty host name.*column 3/ });
	t.throws(() => parseHostList("a,n[3-1]"), { message: /"3-1" as a range.*column 5/ });
	t.throws(() => parseHostList("a,b:0"), { message: /"0" as the slots of b.*column 5/ });
});

test("mergeLocal() makes one host of this machine's names and leaves the others alone", (t) => {
	t.deepEqual(mergeLocal(parseHostList(`localhost:2,node7:3,127.0.0.1,[::1],${hostname()}`)), [
		{ name: "localhost", slots: 5 },
		{ name: "node7", slots: 3 },
	]);
});

test("isLocal() means this machine as it is, not another user's or one behind a port", (t) => {
	const name = "localhost";
	t.true(isLocal({ name, slots: 1 }));
	t.true(isLocal({ name, slots: 1, user: userInfo().username }));
	t.false(isLocal({ name, slots: 1, user: "nobody-else" }));
	t.false(isLocal({ name, slots: 1, port: 2222 }));
	t.false(isLocal({ name: `${hostname()}.example.org`, slots: 1 }));
});
