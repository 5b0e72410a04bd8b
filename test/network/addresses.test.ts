import type { NetworkInterfaceInfo } from "node:os";
import test from "ava";
import { badSubnet, type Interfaces, reachableAddresses, reachedBySsh } from "../../src/network/addresses.ts";
import { bindAddress, hostOf, pickAddress } from "../../src/network/rank-addresses.ts";

/** An address as `os.networkInterfaces()` tells it. */
function address(cidr: string, internal = false): NetworkInterfaceInfo {
	const [text = ""] = cidr.split("/");
	const rest = { address: text, netmask: "", mac: "02:00:00:00:00:01", internal, cidr };
	return text.includes(":") ? { ...rest, family: "IPv6", scopeid: 0 } : { ...rest, family: "IPv4" };
}

const interfaces: Interfaces = {
	lo: [address("127.0.0.1/8", true), address("::1/128", true)],
	docker0: [address("172.17.0.1/16")],
	virbr0: [address("192.168.122.1/24")],
	"br-0123456789ab": [address("172.18.0.1/16")],
	veth1a2b3c4: [address("fe80::1/64")],
	eth0: [address("10.0.0.5/24"), address("fd00::5/64"), address("fe80::2/64")],
	eth1: [address("169.254.7.7/16")],
	ib0: [address("192.168.9.5/24")],
};

test("reachableAddresses() leaves out loopback, containers' bridges and link-local addresses", (t) => {
	t.deepEqual(reachableAddresses({ interfaces }), ["10.0.0.5/24", "fd00::5/64", "192.168.9.5/24"]);
});

test("reachableAddresses() begins with the address by which ssh came", (t) => {
	const reached = reachedBySsh("10.1.1.1 51000 192.168.9.5 22");
	t.deepEqual(reachableAddresses({ interfaces, reached }), ["192.168.9.5/24", "10.0.0.5/24", "fd00::5/64"]);
	// An address that this host does not have, as behind a gateway.
	t.is(reachableAddresses({ interfaces, reached: "203.0.113.1" })[0], "10.0.0.5/24");
	t.is(reachedBySsh(undefined), undefined);
});

test("reachableAddresses() with iface takes what it names, also what it would leave out", (t) => {
	const by = (iface: string) => reachableAddresses({ interfaces, iface });
	t.deepEqual(by("ib0"), ["192.168.9.5/24"]);
	t.deepEqual(by("docker0"), ["172.17.0.1/16"]);
	t.deepEqual(by("192.168.0.0/16"), ["192.168.122.1/24", "192.168.9.5/24"]);
	t.deepEqual(by("fd00::/8"), ["fd00::5/64"]);
	t.deepEqual(by("ib0, lo"), ["192.168.9.5/24", "127.0.0.1/8", "::1/128"]);
	const error = t.throws(() => by("eth7"), { instanceOf: RangeError });
	t.true(error.message.startsWith("no link matches eth7; there are lo 127.0.0.1/8, "), error.message);
	t.true(error.message.endsWith(", ib0 192.168.9.5/24"), error.message);
});

test("reachableAddresses() of a host without a network is loopback", (t) => {
	const { lo } = interfaces;
	t.deepEqual(reachableAddresses({ interfaces: { lo } }), ["127.0.0.1/8", "::1/128"]);
});

test("badSubnet() knows names from subnets", (t) => {
	for (const good of ["eth0", "10.0.0.0/8", "fd00::/64", "eth0,10.0.0.0/8"]) t.is(badSubnet(good), undefined);
	for (const bad of ["10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/x"]) {
		t.is(badSubnet(bad), `${bad} is no subnet such as 10.0.0.0/8 or fd00::/64`);
	}
	t.is(badSubnet("eth0,"), "an empty name");
});

test("pickAddress() prefers a common subnet, then a common family", (t) => {
	const endpoints = ["tcp://192.168.9.7:1", "tcp://[fd00::7]:2", "tcp://10.0.0.7:3"];
	t.is(pickAddress(endpoints, ["10.0.0.5/24"]), "tcp://10.0.0.7:3");
	t.is(pickAddress(endpoints, ["fd00::5/64"]), "tcp://[fd00::7]:2");
	t.is(pickAddress(endpoints, ["172.16.0.1/16"]), "tcp://192.168.9.7:1");
	t.is(pickAddress(endpoints, ["fd01::1/64"]), "tcp://[fd00::7]:2");
	t.is(pickAddress(endpoints, []), "tcp://192.168.9.7:1");
	t.is(pickAddress([], ["10.0.0.5/24"]), undefined);
});

test("bindAddress() and hostOf() write and read addresses of both families", (t) => {
	t.is(bindAddress("10.0.0.5/24"), "tcp://10.0.0.5:*");
	t.is(bindAddress("fd00::5/64"), "tcp://[fd00::5]:*");
	t.is(hostOf("tcp://10.0.0.5:1234"), "10.0.0.5");
	t.is(hostOf("tcp://[fd00::5]:1234"), "fd00::5");
});
