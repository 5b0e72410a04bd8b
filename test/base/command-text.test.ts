import test from "ava";
import { commandText } from "../../src/base/command-text.ts";

test("commandText() is what a shell would take, without secrets", (t) => {
	t.is(
		commandText(["tsmpirun", "-np", "2", "a b.js", "it's", "", "--in=x.jsonl"]),
		"tsmpirun -np 2 'a b.js' 'it'\\''s' '' --in=x.jsonl",
	);
	t.is(commandText(["-x", "KEY=secret", "-x", "NAME"]), "-x KEY=... -x NAME");
	t.is(
		commandText(["--engine-args", "--api-key secret --threads 2"]),
		"--engine-args '--api-key ... --threads 2'",
	);
	t.is(commandText(["--endpoint", "http://me:secret@host:80/v1"]), "--endpoint http://...@host:80/v1");
	t.is(
		commandText(["--header", "Authorization: Bearer secret", "--header=x-key: secret"]),
		"--header 'Authorization: ...' '--header=x-key: ...'",
	);
	t.is(commandText(["--api-key-file", "/etc/key"]), "--api-key-file /etc/key");
});
