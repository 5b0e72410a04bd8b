#!/usr/bin/env bash
# One run on this machine's NVIDIA GPUs, in one command: builds llama-server for them from the source that comes with
# node-llama-cpp, makes a model of Llama 3.2 1B's shape with random weights, quantises it to Q4_K_M, and prints the
# tables of bench/gpu.js. Needs the CUDA toolkit with cuBLAS, CMake and a C++ compiler, and no network. The build takes
# four minutes on 32 cores; it and the model are kept in ~/.cache/tsmpi.
#   bench/gpu.sh [REQUESTS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/tsmpi
model=$cache/llama-1b-q4_k_m.gguf
plain=$model.f16
mkdir -p "$cache"
writing=
if [ ! -e "$model" ]; then
	# On one core, while the others compile.
	node --input-type=module -e '
		import { writeDemoModel } from "tsmpi/llama";
		await writeDemoModel(process.argv[1], "llama-1b");
	' "$plain" >&2 &
	writing=$!
fi
# Also gives node-llama-cpp a CUDA library that fits these GPUs: its own has no code for some.
bin=$(dirname "$(npm run --silent build:llama-server -- --cuda --tools --node-llama-cpp)")
if [ -n "$writing" ]; then
	wait "$writing"
	"$bin/llama-quantize" "$plain" "$model.part" Q4_K_M >&2
	rm "$plain"
	mv "$model.part" "$model"
fi
node bench/gpu.js "$bin" "$model" "$@"
