import test from "ava";
import { barrier } from "../../src/collectives/barrier.ts";
import { forEverySize, memoryChannels, trafficOf } from "../support/memory-channels.ts";

test("barrier() lets no rank leave before the last has entered", async (t) => {
	await forEverySize(async (size, delivery) => {
		const [late, ...others] = memoryChannels(size, delivery);
		let entered = false;
		const waiting = others.map(async (channel) => {
			await barrier(channel);
			t.true(entered);
		});
		await new Promise((resolve) => setImmediate(resolve));
		entered = true;
		if (late !== undefined) await barrier(late);
		await Promise.all(waiting);
	});
	t.pass();
});

test("barrier() takes as many rounds as its ranks have binary digits", async (t) => {
	for (let size = 1; size <= 33; size++) {
		const rounds = Math.ceil(Math.log2(size));
		t.deepEqual(await trafficOf(size, barrier), { messages: size * rounds, bytes: 0, rounds });
	}
});
