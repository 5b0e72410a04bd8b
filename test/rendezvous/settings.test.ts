import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { curveKeyPair } from "zeromq";
import { foreignLauncher } from "../../src/control/environment.ts";
import { keyFileText, readKeyFile } from "../../src/rendezvous/key-file.ts";
import { readSettings } from "../../src/rendezvous/settings.ts";
import { tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const enough = {
	TSMPI_RANK: "1",
	TSMPI_SIZE: "4",
	TSMPI_RENDEZVOUS: "tcp://job-0.svc:7000",
	TSMPI_INSECURE: "1",
};

test("readSettings() takes rank and size from the first variable that is there", (t) => {
	const { rank, size, host, port, keys, timeoutMs } = readSettings(enough);
	t.deepEqual([rank, size, host, port, keys, timeoutMs], [1, 4, "job-0.svc", 7000, undefined, 300_000]);
	const rankOf = (env: NodeJS.ProcessEnv) => readSettings({ ...enough, TSMPI_RANK: undefined, ...env }).rank;
	t.is(rankOf({ JOB_COMPLETION_INDEX: "2", SLURM_PROCID: "3" }), 2);
	t.is(rankOf({ SLURM_PROCID: "3" }), 3);
	t.is(readSettings({ ...enough, TSMPI_SIZE: undefined, SLURM_STEP_NUM_TASKS: "9" }).size, 9);
	t.is(readSettings({ ...enough, TSMPI_RENDEZVOUS: "tcp://[fd00::5]:80" }).host, "fd00::5");
	t.is(readSettings({ ...enough, TSMPI_CONNECT_TIMEOUT: "0.5" }).timeoutMs, 500);
});

for (const [env, message] of [
	[{ TSMPI_RANK: "4" }, "TSMPI_RANK=4: TSMPI_SIZE=4 gives ranks 0 to 3"],
	[{ TSMPI_RANK: "-1" }, "TSMPI_RANK=-1: it takes a number from 0 up"],
	[{ TSMPI_SIZE: "0" }, "TSMPI_SIZE=0: it takes a number from 1 up"],
	[{ TSMPI_SIZE: "four" }, "TSMPI_SIZE=four: it takes a number from 1 up"],
	[
		{ TSMPI_SIZE: undefined },
		"TSMPI_RENDEZVOUS alone: the number of ranks is missing: set TSMPI_SIZE (or SLURM_STEP_NUM_TASKS)",
	],
	[
		{ TSMPI_RANK: undefined },
		"TSMPI_RENDEZVOUS alone: this rank is missing: set TSMPI_RANK (or JOB_COMPLETION_INDEX, SLURM_PROCID)",
	],
	[
		{ TSMPI_RENDEZVOUS: "job-0:7000" },
		"TSMPI_RENDEZVOUS=job-0:7000: it takes tcp://HOST:PORT, where rank 0 listens",
	],
	[
		{ TSMPI_RENDEZVOUS: "tcp://a:99999" },
		"TSMPI_RENDEZVOUS=tcp://a:99999: it takes tcp://HOST:PORT, where rank 0 listens",
	],
	[{ TSMPI_CONNECT_TIMEOUT: "soon" }, "TSMPI_CONNECT_TIMEOUT=soon: it takes seconds above 0, up to 2147483"],
	[
		{ TSMPI_IFACE: "10.0.0.0/99" },
		"TSMPI_IFACE=10.0.0.0/99: 10.0.0.0/99 is no subnet such as 10.0.0.0/8 or fd00::/64",
	],
	[
		{ TSMPI_INSECURE: undefined },
		"TSMPI_RENDEZVOUS alone: set TSMPI_KEY_FILE to a file that tsmpirun --make-key has made, or TSMPI_INSECURE=1 on a network of your own",
	],
] as const) {
	test(`readSettings() refuses ${JSON.stringify(env)}${Object.values(env)[0] === undefined ? Object.keys(env) : ""}`, (t) => {
		t.throws(() => readSettings({ ...enough, ...env }), {
			code: "ERR_OTHER",
			message: `Cannot join a job by ${message}`,
		});
	});
}

test("readKeyFile() reads what --make-key writes, and only what others cannot", async (t) => {
	const file = join(workplace(t).folder, "key");
	t.is((await tsmpirun(t, ["--make-key", file])).code, 0);
	t.is(statSync(file).mode & 0o777, 0o600);
	const { publicKey, secretKey } = readKeyFile(file);
	t.deepEqual([publicKey.length, secretKey.length], [40, 40]);
	t.not(publicKey, secretKey);
	chmodSync(file, 0o640);
	t.deepEqual(readKeyFile(file), { publicKey, secretKey });
	chmodSync(file, 0o644);
	t.throws(() => readKeyFile(file), {
		message: `Cannot use the key file ${file}: everybody on this host may use it (mode 644): chmod o= ${file}`,
	});
});

test("readKeyFile() refuses what is no key file", (t) => {
	const file = join(workplace(t).folder, "key");
	t.throws(() => readKeyFile(file), { message: /^Cannot use the key file .*: ENOENT/ });
	const { publicKey, secretKey } = curveKeyPair();
	for (const text of ["", "public x\nsecret y\n", `public ${publicKey}\n`, `secret ${secretKey}\n`]) {
		writeFileSync(file, text, { mode: 0o600 });
		t.throws(() => readKeyFile(file), {
			message: /it does not hold a line public KEY and a line secret KEY/,
		});
	}
	writeFileSync(file, keyFileText({ publicKey, secretKey }).replaceAll("\n", "\r\n"));
	t.deepEqual(readKeyFile(file), { publicKey, secretKey });
});

test("foreignLauncher() tells tasks of a step from the script around them", (t) => {
	const script = { SLURM_JOB_ID: "7", SLURM_NTASKS: "4", SLURM_PROCID: "0" };
	t.is(foreignLauncher(script), undefined);
	t.is(foreignLauncher({ ...script, SLURM_STEP_ID: "0", SLURM_STEP_NUM_TASKS: "4" }), "SLURM_STEP_NUM_TASKS");
	t.is(
		foreignLauncher({ ...script, SLURM_STEP_ID: "0", SLURM_STEP_NUM_TASKS: "1", SLURM_NTASKS: "1" }),
		undefined,
	);
	t.is(foreignLauncher({ ...script, PMI_SIZE: "2" }), "PMI_SIZE");
});
