import test from "ava";
import { Agent } from "../../../launch/agent/agent.ts";
import { type Ask, askAgent, askHere, Patient } from "../../../launch/doctor/patient.ts";
import { linkPair } from "../../../launch/link/link.ts";
import type { AgentToHead, HeadToAgent } from "../../../launch/link/protocol.ts";

/** This host, but for its clock. */
function clockShiftedBy(ms: number): Ask {
	return async (question) => {
		const answer = await askHere(question);
		return answer.clockMs === undefined ? answer : { clockMs: answer.clockMs + ms };
	};
}

test("Patient tells how far a clock is off, less what the way may account for", async (t) => {
	const ahead = async (ask: Ask) =>
		(await new Patient({ host: { name: "a" }, ask: Promise.resolve(ask), remote: true }).examine(undefined))
			.clockAheadMs ?? 0;
	const [right, fast, slow] = await Promise.all([0, 5000, -5000].map((ms) => ahead(clockShiftedBy(ms))));
	// Reading it takes time, which is never counted as a difference.
	t.is(Math.abs(right ?? 1), 0);
	t.true(fast !== undefined && fast > 4000 && fast <= 5000, `${fast}`);
	t.true(slow !== undefined && slow < -4000 && slow >= -5000, `${slow}`);
});

test("askAgent() asks a real agent, and fails once that is gone", async (t) => {
	const [link, far] = linkPair<HeadToAgent, AgentToHead>();
	new Agent(far);
	const ask = askAgent("a", link);
	const [clock, host] = await Promise.all([ask({ about: "clock" }), ask({ about: "host" })]);
	t.is(typeof clock.clockMs, "number");
	t.is(host.facts?.node, process.versions.node);
	const lost = ask({ about: "host" });
	link.close();
	await t.throwsAsync(lost, { message: "Cannot examine host a: its agent has ended" });
	await t.throwsAsync(ask({ about: "clock" }), { message: "Cannot examine host a: its agent has ended" });
});

test("Patient repeats why a host cannot be asked, and takes no part in what follows", async (t) => {
	const [link] = linkPair<HeadToAgent, AgentToHead>();
	const ask = askAgent("a", link);
	link.close();
	const patient = new Patient({ host: { name: "a" }, ask: Promise.resolve(ask), remote: true });
	const examined = await patient.examine(undefined);
	t.deepEqual(examined, { name: "a", unreachable: "Cannot examine host a: its agent has ended" });
	t.is(await patient.open(), undefined);
	t.deepEqual(await patient.connect([{ name: "b", addresses: ["127.0.0.1"], port: 1, word: "x" }]), []);
});
