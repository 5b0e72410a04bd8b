import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { listeningPorts } from "../support/listening.ts";
import { type RunHandle, start } from "../support/run.ts";
import { push, say, speeches, wrongKeys } from "../support/strangers.ts";

const program = fileURLToPath(new URL("./programs/steady.js", import.meta.url));

/** A job that exchanges messages over tcp until its input ends, and all ports that its processes listen on. */
async function steady(t: ExecutionContext, ...options: string[]) {
	const job = start(t, [...options, "-n", "3", program], {
		keepInput: true,
		env: { TSMPI_TRANSPORT: "tcp" },
	});
	const [, pids = ""] = await job.waitForLine(/^ready (.*)$/);
	const ports = [...pids.split(" ").map(Number), job.child.pid ?? 0].flatMap(listeningPorts);
	t.is(ports.length, 3, "each rank listens, and nobody else");
	return { job, ports };
}

/** The shortest of the next laps, in milliseconds: others at work on this machine only make them longer. */
async function shortestLap(job: RunHandle): Promise<number> {
	const laps: number[] = [];
	const first = (await newest(job)) + 1;
	for (let number = first; number < first + 5; number++) {
		laps.push(Number((await job.waitForLine(new RegExp(`^lap ${number} (\\d+)$`)))[1]));
	}
	return Math.min(...laps);
}

/** The number of the latest lap. */
async function newest(job: RunHandle): Promise<number> {
	for (let latest = 0; ; latest++) {
		const next = job.waitForLine(new RegExp(`^lap ${latest + 1} `)).then(() => true);
		const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
		if (!(await Promise.race([next, later]))) return latest;
	}
}

async function endsRight(t: ExecutionContext, job: RunHandle): Promise<void> {
	job.child.stdin?.end();
	const { code, stdout, stderr } = await job.done;
	t.deepEqual([code, stderr], [0, ""]);
	t.regex(stdout, /^all rounds right$/m);
}

test("a stranger at any port of a job gets nothing and changes nothing", async (t) => {
	const { job, ports } = await steady(t);
	const answers = ports.flatMap((port) =>
		Object.entries(speeches).map(async ([what, bytes]) => {
			const answer = await say(port, bytes);
			// libzmq's own greeting, the same for everybody, and perhaps an error: never a message.
			t.true(answer.length <= 128, `${what}: ${answer.length} bytes came back`);
		}),
	);
	for (const port of ports) {
		t.regex(await push(t, port, {}), /^handshake:error|^disconnect/, "no key");
		t.regex(await push(t, port, wrongKeys()), /^handshake:error|^disconnect/, "wrong key");
	}
	await Promise.all(answers);
	await endsRight(t, job);
});

test("what strangers send would end a job with --insecure", async (t) => {
	const { job, ports } = await steady(t, "--insecure");
	t.is(await push(t, ports[0] ?? 0, {}), "handshake");
	const { code, stderr } = await job.done;
	t.is(code, 1);
	t.regex(stderr, /^tsmpirun: --insecure: connections between ranks are neither encrypted/);
	t.regex(stderr, /Messages from rank 1 were lost on the way/);
});

test("10,000 connections do not slow a job down noticeably", async (t) => {
	const { job, ports } = await steady(t);
	const before = await shortestLap(job);
	const sockets: Socket[] = [];
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
	});
	let connected = 0;
	for (let count = 0; count < 10_000; count++) {
		const socket = connect(ports[count % ports.length] ?? 0, "127.0.0.1", () => connected++);
		sockets.push(socket.on("error", () => {}));
		if (count % 100 === 99) await once(socket, "connect");
	}
	t.true(connected > 9000, `${connected} connections were made`);
	const during = await shortestLap(job);
	t.log(`100 rounds: ${before} ms alone, ${during} ms with strangers around`);
	t.true(during < 5 * before + 100, `100 rounds took ${before} ms, and ${during} ms with strangers around`);
	await endsRight(t, job);
});
