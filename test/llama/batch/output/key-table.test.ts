import test from "ava";
import { fingerprintOf } from "../../../../src/llama/batch/files/request.ts";
import { KeyTable, sameFingerprint } from "../../../../src/llama/batch/output/key-table.ts";

test("KeyTable keeps what it was told of 20,000 keys, and nothing of others", (t) => {
	const table = new KeyTable();
	for (let index = 0; index < 20_000; index++) {
		const place = index % 3 === 0 ? undefined : index;
		table.set(`key ${index}`, fingerprintOf(`${index}`), {
			place,
			answered: index % 2 === 0,
			failed: index % 5 === 0,
		});
	}
	t.is(table.size, 20_000);
	for (let index = 0; index < 20_000; index++) {
		const entry = table.get(`key ${index}`);
		if (entry === undefined) return t.fail(`key ${index}`);
		if (entry.place !== (index % 3 === 0 ? undefined : index)) return t.fail(`place ${index}`);
		if (entry.answered !== (index % 2 === 0)) return t.fail(`answered ${index}`);
		if (entry.failed !== (index % 5 === 0)) return t.fail(`failed ${index}`);
		if (!sameFingerprint(entry, fingerprintOf(`${index}`))) return t.fail(`fingerprint ${index}`);
		if (sameFingerprint(entry, fingerprintOf(`${index + 1}`))) return t.fail(`other ${index}`);
	}
	t.is(table.get("key 20000"), undefined);
	table.set("key 5", fingerprintOf("x"), { place: 7, answered: true, failed: true });
	t.is(table.size, 20_000);
	t.like(table.get("key 5"), { place: 7, answered: true });
	table.forgetPlaces();
	t.like(table.get("key 5"), { place: undefined, answered: true });
	t.is(table.forgetFailed(), 4000);
	t.like(table.get("key 5"), { answered: false, failed: false });
	t.is(table.size, 20_000);
	return t.pass();
});
