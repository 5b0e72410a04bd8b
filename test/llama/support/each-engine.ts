import test from "ava";
import { connectEndpoint, type Engine, startEngine } from "../../../src/llama/index.ts";
import { API_KEY, LLAMA_SERVER, startBareServer } from "./bare-server.ts";

export type EngineName = "node-llama-cpp" | "llama-server" | "endpoint";

/** What every engine of the tests is started with. */
export interface EngineSetting {
	readonly model: string;
	readonly slots: number;
	readonly contextSize: number;
}

/** Starts an engine of one kind; `close` ends it, and what was started for it. */
export type StartKind = (setting: EngineSetting) => Promise<Engine>;

const START: Readonly<Record<EngineName, StartKind>> = {
	"node-llama-cpp": (setting) =>
		startEngine({ ...setting, engine: "node-llama-cpp", gpu: "cpu", threads: 1 }),
	"llama-server": (setting) => startEngine({ ...setting, engine: "llama-server", gpu: "cpu", threads: 1 }),
	endpoint: async (setting) => {
		const server = await startBareServer(setting);
		const engine = await connectEndpoint({ endpoint: server.url, apiKey: API_KEY, slots: setting.slots });
		const close = engine.close.bind(engine);
		engine.close = async () => {
			await close();
			await server.close();
		};
		return engine;
	},
};

/** Declares tests for every kind of engine. Those that need llama-server are skipped by name where there is none. */
export function forEachEngine(
	names: readonly EngineName[],
	declare: (name: EngineName, start: StartKind) => void,
) {
	for (const name of names) {
		if (name === "node-llama-cpp" || LLAMA_SERVER !== undefined) declare(name, START[name]);
		else test.skip(`${name}: there is no llama-server here; npm run build:llama-server builds one`, () => {});
	}
}
