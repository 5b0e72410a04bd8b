/** What is run when no file is given. */
export const BUILT_IN_PROMPTS: readonly string[] = [
	"Explain in one sentence what a message passing interface is.",
	"Write a haiku about two processors that share their work.",
	"What is the difference between latency and throughput?",
	"List three uses of a reduction over many machines.",
	"Why does batching make a language model faster?",
	"Describe quantization of neural networks to a child.",
	"Name five rivers and the seas that they flow into.",
	"What happens when every rank waits for a message?",
	"Summarise the plot of a story about a lost postman.",
	"How does a t-digest estimate the 99th percentile?",
	"Translate 'good morning, everybody' into French.",
	"Give one reason to prefer many small models to a large one.",
];

/** Most tokens of an answer to one of them, unless somebody says otherwise. */
export const BUILT_IN_TOKENS = 64;
