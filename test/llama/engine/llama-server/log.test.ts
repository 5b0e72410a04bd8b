import test from "ava";
import { tellingLine } from "../../../../src/llama/engine/llama-log.ts";
import { parseDevices } from "../../../../src/llama/engine/llama-server/gpus.ts";
import { offloadedLayers, templateError } from "../../../../src/llama/engine/llama-server/log.ts";
import { refusedArgument } from "../../../../src/llama/engine/llama-server/options.ts";

/** Lines of llama-server v0.4.0 and b4000, as they stood in its logs. */
const LOGS: readonly (readonly [string, string])[] = [
	[
		"0.00.005.835 E llama_model_load: error loading model: tensor 'blk.0.ffn_up.weight' data is not within the file bounds\n" +
			"0.00.006.018 E cmn  common_init_: failed to load model 't.gguf'\n" +
			"0.00.006.564 E srv  llama_server: exiting due to model loading error\n",
		"tensor 'blk.0.ffn_up.weight' data is not within the file bounds",
	],
	[
		"0.00.173.221 E llama_init_from_model: failed to initialize the context: std::bad_alloc\n" +
			"0.00.173.257 E srv    load_model: failed to create_context with model 'm.gguf'\n",
		"failed to initialize the context: std::bad_alloc",
	],
	[
		"0.00.003.969 E srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8090\n" +
			"0.00.004.067 E srv  llama_server: exiting due to HTTP server error\n",
		"couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8090",
	],
	["error: invalid argument: --cache-ramx\n", "invalid argument: --cache-ramx"],
	[
		"ggml_backend_cuda_buffer_type_alloc_buffer: allocating 16384.00 MiB on device 0: cudaMalloc failed: out of memory\n" +
			"llama_model_load: error loading model: unable to allocate CUDA0 buffer\n",
		"allocating 16384.00 MiB on device 0: cudaMalloc failed: out of memory",
	],
	[
		"0.00.006.016 E llama_model_load: error loading model: check_tensor_dims: tensor 'a.weight' not found\n",
		"tensor 'a.weight' not found",
	],
	["some words\n", "some words"],
];

test("tellingLine() finds the reason of an end, without prefixes", (t) => {
	for (const [log, line] of LOGS) t.is(tellingLine(log), line);
	t.is(tellingLine("\n"), undefined);
});

test("refusedArgument() names an argument that can be replaced", (t) => {
	t.is(refusedArgument("error: invalid argument: --cache-ram\n"), "--cache-ram");
	t.is(refusedArgument('error while handling argument "--gpu-layers": stoi\n'), "--gpu-layers");
	t.is(refusedArgument("error: invalid argument: --frobnicate\n"), undefined);
	t.is(refusedArgument("all is well\n"), undefined);
});

test("templateError() finds why a chat template cannot be used", (t) => {
	const line = "E srv          init: init: chat template parsing error: std::exception\n";
	t.is(templateError(`${line}Error: Jinja Exception: only <system> may speak\n`), "only <system> may speak");
	const unexpected = "0.00.387 E common_chat_templates_init: error: Unexpected token: %} of type 9\n";
	t.is(templateError(unexpected + line), "Unexpected token: %} of type 9");
	t.is(templateError("Error: something else\n"), undefined);
});

test("parseDevices() and offloadedLayers() read what llama-server says of GPUs", (t) => {
	const cuda =
		"ggml_cuda_init: found 1 CUDA devices:\nAvailable devices:\n  CUDA0: NVIDIA H100 80GB HBM3 (81079 MiB, 80500 MiB free)\n";
	t.deepEqual(parseDevices(cuda), [{ id: "CUDA0", name: "NVIDIA H100 80GB HBM3" }]);
	t.deepEqual(parseDevices("Available devices:\n  (none)\n"), []);
	t.deepEqual(parseDevices("error: invalid argument\n"), []);
	t.is(offloadedLayers("load_tensors: offloaded 17/33 layers to GPU\n"), 17);
	t.is(offloadedLayers("nothing"), undefined);
});
