import test from "ava";
import { LEASE_SECONDS, Lease } from "../../../launch/link/lease.ts";

/** A lease on a clock that only the test moves, second by second. */
function lease() {
	const seen = { pings: 0, lost: 0 };
	let tick: (() => void) | undefined;
	const events = { ping: () => void seen.pings++, lost: () => void seen.lost++ };
	const own = new Lease(events, (own) => {
		tick = own;
		return () => {
			tick = undefined;
		};
	});
	const pass = (seconds: number) => {
		for (let second = 0; second < seconds; second++) tick?.();
	};
	return { own, seen, pass };
}

test("Lease says that it is there each second, and once that the other side is not", (t) => {
	const { seen, pass } = lease();
	pass(LEASE_SECONDS - 1);
	t.deepEqual(seen, { pings: LEASE_SECONDS - 1, lost: 0 });
	pass(1);
	t.is(seen.lost, 1);
	pass(100);
	t.deepEqual(seen, { pings: LEASE_SECONDS, lost: 1 });
});

test("Lease begins anew with everything that is heard", (t) => {
	const { own, seen, pass } = lease();
	for (let round = 0; round < 5; round++) {
		pass(LEASE_SECONDS - 1);
		own.heard();
	}
	t.is(seen.lost, 0);
	pass(LEASE_SECONDS);
	t.is(seen.lost, 1);
});

test("Lease waits for one that is stopped until it is heard again", (t) => {
	const { own, seen, pass } = lease();
	own.hold();
	pass(1000);
	t.is(seen.lost, 0);
	own.heard();
	pass(LEASE_SECONDS);
	t.is(seen.lost, 1);
});
