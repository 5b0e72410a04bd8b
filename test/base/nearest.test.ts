import test from "ava";
import { editDistance, nearest } from "../../src/base/nearest.ts";

test("editDistance() counts inserted, dropped, replaced and swapped characters", (t) => {
	t.is(editDistance("", "abc"), 3);
	t.is(editDistance("hostfile", "hostfil"), 1);
	t.is(editDistance("tiemout", "timeout"), 1);
	t.is(editDistance("kitten", "sitting"), 3);
	t.is(editDistance("same", "same"), 0);
});

test("nearest() names nothing that is too different", (t) => {
	t.is(nearest("wdri", ["wdir", "host"]), "wdir");
	t.is(nearest("frobnicate", ["wdir", "host"]), undefined);
});
