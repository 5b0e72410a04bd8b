import { hostname, userInfo } from "node:os";
import test from "ava";
import { parseHostfile, parseHostList } from "../../launch/hosts.ts";
import { isLocal, mergeLocal } from "../../launch/local-host.ts";

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
	["me@fe80::1", { name: "fe80::1", user: "me", slots: 1 }],
];
for (const [line, host] of LINES) {
	test(`parseHostfile() reads "${line}"`, (t) => {
		t.deepEqual(parseHostfile(`# hosts\n\n${line}\r\n`, "hosts"), [host as never]);
	});
}

test("parseHostfile() adds up a host that is named again and keeps the order", (t) => {
	const hosts = parseHostfile("a\nb slots=2\na\na slots=3 max_slots=4\n", "hosts");
	t.deepEqual(hosts, [
		{ name: "a", slots: 4, maxSlots: 4 },
		{ name: "b", slots: 2 },
	]);
});

const MISTAKES: readonly (readonly [string, string])[] = [
	["a slot=4", 'f:1:3: Unknown word "slot": did you mean slots=?'],
	["a color=red", 'f:1:3: Unknown word "color": allowed are slots=, max_slots= and port='],
	["ok\n\na slots=four", 'f:3:9: Cannot read "four" as slots: a number from 1 up is needed'],
	["a slots=0", 'f:1:9: Cannot read "0" as slots: a number from 1 up is needed'],
	["a slots=", 'f:1:3: Cannot read "slots": a number is needed, as in slots=4'],
	["a slots 4", 'f:1:3: Cannot read "slots": a number is needed, as in slots=4'],
	["a:x", 'f:1:3: Cannot read "x" as the slots of a: a number from 1 up is needed'],
	["a:4 slots=4", 'f:1:5: Cannot take "slots" twice for a'],
	["a slots=4 max_slots=2", "f:1:3: Cannot give a 4 slots: its max_slots is 2"],
	["a b", 'f:1:3: Unknown word "b": allowed are slots=, max_slots= and port='],
	["@a", 'f:1:1: Cannot read the host "@a": write host, host:4, user@host or [::1]:4'],
	["fe80::zz", 'f:1:1: Cannot read the host "fe80::zz": write an IPv6 address with slots as [::1]:4'],
	["# nothing\n", "Cannot find a host in f: it has only comments and blank lines"],
];
for (const [text, message] of MISTAKES) {
	test(`parseHostfile() refuses ${JSON.stringify(text)}`, (t) => {
		t.like(
			t.throws(() => parseHostfile(text, "f")),
			{ message, exitCode: 1 },
		);
	});
}

test("parseHostList() reads hosts and slots", (t) => {
	t.deepEqual(parseHostList("a:2,b,[::1]:3,a"), [
		{ name: "a", slots: 3 },
		{ name: "b", slots: 1 },
		{ name: "::1", slots: 3 },
	]);
	t.throws(() => parseHostList("a,,b"), { message: /empty host name.*column 3/ });
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
