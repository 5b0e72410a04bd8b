import { mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import { makeSocketFolder } from "../../../src/base/host/socket-folder.ts";
import { workplace } from "../../support/workplace.ts";

/** Longest path of a unix socket everywhere. */
const LIMIT = 103;

test.serial(
	"makeSocketFolder() makes a private folder in TMPDIR, or in /tmp where sockets would not fit",
	(t) => {
		const { folder } = workplace(t);
		const before = process.env.TMPDIR;
		t.teardown(() => {
			if (before === undefined) delete process.env.TMPDIR;
			else process.env.TMPDIR = before;
		});
		const make = (temporary: string) => {
			process.env.TMPDIR = temporary;
			const made = makeSocketFolder("tsmpi-x-", 20);
			t.teardown(() => rmSync(made, { recursive: true }));
			t.is(statSync(made).mode & 0o777, 0o700);
			t.true(join(made, "s".repeat(20)).length <= LIMIT);
			return dirname(made);
		};
		t.is(make(folder), folder);
		const long = join(folder, "l".repeat(LIMIT));
		mkdirSync(long);
		t.is(make(long), "/tmp");
		// Characters of several bytes count as the system counts them.
		const wide = join(folder, "ü".repeat(Math.ceil((LIMIT - folder.length) / 2)));
		mkdirSync(wide);
		t.is(make(wide), "/tmp");
	},
);
