import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { chat, forAll, post, type Serving, serve, slotsOf } from "../../support/serve.ts";

const CLIENTS = 2000;
const AT_A_TIME = 100;
const IDLE = 200;

let serving: Serving;
const all = forAll();

test.before("one server for all", async () => {
	const options = ["--engine", "node-llama-cpp", "--inflight", "8"];
	serving = await serve(all.t, options);
});

test.after.always("it ends", () => all.end());

/** Resolves once no slot is busy and nothing waits. */
async function untilFree(t: ExecutionContext): Promise<void> {
	const deadline = performance.now() + 20_000;
	for (;;) {
		const busy = (await slotsOf(serving.url)).filter(({ is_processing: each }) => each).length;
		if (busy === 0) return;
		if (performance.now() > deadline) return t.fail(`${busy} slots are busy still`);
	}
}

/** Asks, and leaves: some while they wait, some in the middle of the stream, some with half of their request sent. */
function leaveEarly(agent: Agent, index: number): Promise<void> {
	return new Promise((resolve) => {
		const body = JSON.stringify(chat(`Client ${index}`, { max_tokens: 1500, stream: index % 3 > 0 }));
		const asked = request(`${serving.url}/v1/chat/completions`, { method: "POST", agent });
		const leave = () => asked.destroy();
		asked.on("close", () => resolve()).on("error", () => {});
		asked.on("response", (response) =>
			response
				.on("data", leave)
				.on("end", leave)
				.on("error", () => {}),
		);
		if (index % 5 === 0) asked.write(body.slice(0, 20), leave);
		else if (index % 5 === 1) asked.end(body, leave);
		else if (index % 3 === 0) asked.end(body, () => setImmediate(leave));
		else asked.end(body);
	});
}

test.serial(`${CLIENTS} clients that leave leave no busy slot and no call behind`, async (t) => {
	const agent = new Agent({ keepAlive: false });
	let next = 0;
	await Promise.all(
		Array.from({ length: AT_A_TIME }, async () => {
			while (next < CLIENTS) await leaveEarly(agent, next++);
		}),
	);
	await untilFree(t);
	const metrics = await (await fetch(`${serving.url}/metrics`)).text();
	for (const name of ["vllm:num_requests_running", "vllm:num_requests_waiting"]) {
		const values = [...metrics.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, "gm"))];
		t.true(values.length > 0 && values.every(([, value]) => value === "0"), name);
	}
	const { status } = await post(serving.url, "/v1/chat/completions", chat("And now?"));
	t.is(status, 200);
	t.true((await slotsOf(serving.url)).every(({ rank_state: state }) => state === "up"));
});

test.serial(`${IDLE} connections that say nothing, or little, keep nobody from being served`, async (t) => {
	const { hostname, port } = new URL(serving.url);
	const sockets: Socket[] = await Promise.all(
		Array.from({ length: IDLE }, async (_, index) => {
			const socket = connect(Number(port), hostname).on("error", () => {});
			await once(socket, "connect");
			if (index % 2 === 1) socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n");
			return socket;
		}),
	);
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
	});
	const answers = await Promise.all(
		Array.from({ length: 16 }, (_, index) =>
			post(serving.url, "/v1/chat/completions", chat(`Question ${index}`)),
		),
	);
	t.true(answers.every(({ status }) => status === 200));
	t.is((await fetch(`${serving.url}/health`)).status, 200);
});
