import test from "ava";
import { init } from "../../../../src/index.ts";
import { showLoading } from "../../../../src/llama/index.ts";

/** A world of one. */
const mpi = await init();

/** What is written to stderr meanwhile, as lines; `said` resolves with the first. */
function listen() {
	const lines: string[] = [];
	let heard = () => {};
	const said = new Promise<void>((resolve) => {
		heard = resolve;
	});
	const write = process.stderr.write;
	process.stderr.write = (text) => {
		lines.push(`${text}`);
		heard();
		return true;
	};
	return {
		said,
		stop: () => {
			process.stderr.write = write;
			return lines;
		},
	};
}

test.serial(
	"showLoading() says what loads, and how long it took, where that is more than a second",
	async (t) => {
		const { said, stop } = listen();
		let loaded = (_: string) => {};
		const loading = new Promise<string>((resolve) => {
			loaded = resolve;
		});
		const shown = showLoading(mpi, loading, { model: "/models/m.gguf" });
		await said;
		loaded("engine");
		t.is(await shown, "engine");
		const [first, second, ...rest] = stop();
		t.is(first, "loading model m.gguf on 1 rank ...\n");
		t.regex(second ?? "", /^loaded model m\.gguf on 1 rank in \d+\.\d s\n$/);
		t.deepEqual(rest, []);
	},
);

test.serial("showLoading() says nothing of what is quick or fails", async (t) => {
	const { stop } = listen();
	t.is(await showLoading(mpi, Promise.resolve(5)), 5);
	await t.throwsAsync(showLoading(mpi, Promise.reject(new Error("no"))), { message: "no" });
	t.deepEqual(stop(), []);
});
