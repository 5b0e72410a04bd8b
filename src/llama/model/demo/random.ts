/** Unit-variance random numbers that are the same on every machine: no Math.random, no libm. */
export type Gaussian = () => number;

/** A stream of its own for each name, so that one matrix more or less changes no other. */
export function gaussianFor(name: string, seed: number): Gaussian {
	const next = xoshiro128(fnv1a(name) ^ Math.imul(seed, 0x9e3779b1));
	// The sum of four uniform 16-bit numbers is close enough to a normal distribution; its variance is 1/3.
	return () => {
		const first = next();
		const second = next();
		const sum = (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16);
		return (sum / 65536 - 2) * 1.7320508075688772;
	};
}

function fnv1a(text: string): number {
	let hash = 2166136261;
	for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 16777619);
	return hash >>> 0;
}

/** xoshiro128** (Blackman and Vigna), its state filled by a SplitMix32. */
function xoshiro128(seed: number): () => number {
	let state = seed >>> 0;
	const split = () => {
		state = (state + 0x9e3779b9) | 0;
		let mixed = state ^ (state >>> 16);
		mixed = Math.imul(mixed, 0x21f0aaad);
		mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
		return mixed ^ (mixed >>> 15);
	};
	let a = split();
	let b = split();
	let c = split();
	let d = split();
	return () => {
		const product = Math.imul(b, 5);
		const result = Math.imul((product << 7) | (product >>> 25), 9);
		const shifted = b << 9;
		c ^= a;
		d ^= b;
		b ^= c;
		a ^= d;
		c ^= shifted;
		d = (d << 11) | (d >>> 21);
		return result >>> 0;
	};
}
