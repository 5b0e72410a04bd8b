/**
 * The most that a header may hold. The largest models that are published have 262 thousand tokens, some thousands of
 * tensors and a hundred keys; what is far beyond that is damage, and is refused before time or memory is spent on it.
 */
export const MOST = {
	keys: 10_000,
	tensors: 100_000,
	tokens: 4_000_000,
	/** All lists of texts together: they are walked through, text by text. */
	listedTexts: 16_000_000,
	/** Of the vocabulary's texts together. */
	vocabularyBytes: 256 << 20,
	/** llama.cpp's own names of keys and tensors stay below 64 bytes. */
	nameBytes: 1024,
	tokenBytes: 64 << 10,
	/** A chat template has some tens of kilobytes. */
	textBytes: 64 << 20,
	/** Of a text of a key whose value is kept; of a longer one only its length is. */
	keptBytes: 4096,
	dimensions: 8,
	/** `split.count` is a 16-bit number. */
	parts: 65_535,
} as const;
