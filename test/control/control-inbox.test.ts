import test from "ava";
import { ControlInbox, type News } from "../../src/control/control-inbox.ts";

test("next() gives what came before it was asked for, and what comes after", async (t) => {
	const inbox = new ControlInbox(() => t.fail());
	inbox.receive({ type: "start", peers: [] });
	t.deepEqual(await inbox.next("start"), { type: "start", peers: [] });
	const finalized = inbox.next("finalized");
	const network = inbox.next("network");
	inbox.receive({ type: "network", network: { addresses: ["10.0.0.5/24"] } });
	inbox.receive({ type: "finalized" });
	t.deepEqual((await network).network.addresses, ["10.0.0.5/24"]);
	t.deepEqual(await finalized, { type: "finalized" });
});

test("news is handled at once, whatever is waited for", async (t) => {
	const heard: News[] = [];
	const inbox = new ControlInbox((news) => heard.push(news));
	const started = inbox.next("start");
	const left = { type: "left", rank: 2, cause: { text: "has ended" }, failed: false } as const;
	inbox.receive(left);
	inbox.receive({ type: "query", query: 4 });
	t.deepEqual(heard, [left, { type: "query", query: 4 }]);
	inbox.receive({ type: "start", peers: [] });
	t.is((await started).type, "start");
});
