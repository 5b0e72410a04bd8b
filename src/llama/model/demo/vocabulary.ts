import { TOKEN } from "../gguf/types.ts";

/** A SentencePiece vocabulary: every byte, every printable character, and for the large one invented syllables. */
export interface Vocabulary {
	readonly texts: readonly string[];
	readonly scores: readonly number[];
	readonly types: readonly number[];
	/** Ids of the entries that may be generated. */
	readonly printable: readonly number[];
}

export const UNKNOWN_ID = 0;
export const BOS_ID = 1;
export const EOS_ID = 2;
/** "<|im_end|>": what ends a turn in the chat template. */
export const END_OF_TURN_ID = 260;

/** Entries of the vocabularies with syllables: as many as Llama 2 and Llama 3 have. */
const SIZES = { syllables: 32_000, large: 128_256 } as const;
const LETTERS = "etaoinshrdlcumwfgypbvkjxqz";
/** SentencePiece's space. */
const SPACE = "\u2581";

/** A ChatML template: two dozen words of Jinja that every llama.cpp front end understands. */
export const CHAT_TEMPLATE =
	"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
	"{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** "byte": 355 entries, one per byte and character. "syllables": 32,000 entries. "large": 128,256 entries. */
export function buildVocabulary(kind: "byte" | keyof typeof SIZES): Vocabulary {
	const texts: string[] = [];
	const scores: number[] = [];
	const types: number[] = [];
	const printable: number[] = [];
	const seen = new Set<string>();
	const add = (text: string, score: number, type: number) => {
		// llama.cpp aborts on a text that occurs twice.
		if (seen.has(text)) return;
		seen.add(text);
		if (type === TOKEN.normal) printable.push(texts.length);
		texts.push(text);
		scores.push(score);
		types.push(type);
	};
	add("<unk>", 0, TOKEN.unknown);
	add("<s>", 0, TOKEN.control);
	add("</s>", 0, TOKEN.control);
	for (let byte = 0; byte < 256; byte++)
		add(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`, 0, TOKEN.byte);
	add("<|im_start|>", 0, TOKEN.control);
	add("<|im_end|>", 0, TOKEN.control);
	add(SPACE, -1000, TOKEN.normal);
	for (let code = 33; code < 127; code++) add(String.fromCharCode(code), -1000, TOKEN.normal);
	if (kind !== "byte") {
		const size = SIZES[kind];
		let rank = 0;
		for (const syllable of syllables()) {
			if (texts.length === size) break;
			rank += 1;
			add(syllable, -rank, TOKEN.normal);
		}
		while (texts.length < size) add(`<extra_${texts.length}>`, 0, TOKEN.unused);
	}
	return { texts, scores, types, printable };
}

/** Letters after a space, then pairs, pairs after a space, triples, triples after a space. */
function* syllables(): Generator<string> {
	const singles = [...LETTERS];
	const pairs = singles.flatMap((first) => singles.map((second) => first + second));
	const triples = pairs.flatMap((pair) => singles.map((third) => pair + third));
	yield* singles.map((letter) => SPACE + letter);
	yield* pairs;
	yield* pairs.map((pair) => SPACE + pair);
	yield* triples;
	yield* triples.map((triple) => SPACE + triple);
}
