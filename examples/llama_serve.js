#!/usr/bin/env node
/**
 * One OpenAI-compatible server over N llama.cpp engines, one per rank.
 *
 *   tsmpirun -np 4 examples/llama_serve.js --port 8090
 *   tsmpirun -np 4 examples/llama_serve.js --model m.gguf --host 0.0.0.0 --api-key-file keys.txt
 *   curl http://127.0.0.1:8090/v1/chat/completions -d '{"messages": [{"role": "user", "content": "Hello"}]}'
 *
 * Rank 0 is the server. It gives each request to the rank that begins to answer first: one with a free slot, best one
 * that has read the beginning of the conversation already. SIGTERM and Ctrl-C let the requests that run end.
 */
import { init } from "tsmpi";
import {
	DEMO_MODEL_NOTE,
	openServer,
	prepareServer,
	runJob,
	runServer,
	serveOptions,
	startEngines,
} from "tsmpi/llama";

const args = process.argv.slice(2);
// The process of each rank's engine starts while the ranks meet.
prepareServer(args);
const mpi = await init();

await runJob(mpi, async () => {
	const options = await serveOptions(mpi, args, "examples/llama_serve.js");
	// The port opens at once; clients are told that the model loads.
	const server = await openServer(mpi, options.serve);
	if (server !== undefined && options.engine.model === undefined && !options.serve.endpoint)
		console.error(DEMO_MODEL_NOTE);
	const engine = await startEngines(mpi, options.engine);
	await runServer(mpi, engine, server, options.serve);
	await engine.close();
});
