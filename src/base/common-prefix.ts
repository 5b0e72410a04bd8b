/** Most texts that differ at all differ within so many characters. */
const HEAD = 64;
/** Comparing so few characters one by one takes no longer than cutting them out. */
const FEW = 16;

/**
 * Characters that two texts begin with in common. Parts are compared as wholes, half of what is left each time: that is
 * many times as fast as character by character.
 *
 * @param guess What it may well be, as it was for a text like one of these: then one comparison tells.
 */
export function commonPrefix(a: string, b: string, guess: number = HEAD): number {
	let high = Math.min(a.length, b.length);
	let low = 0;
	if (guess < high) {
		if (a.slice(0, guess) !== b.slice(0, guess)) high = guess;
		else if (a.charCodeAt(guess) !== b.charCodeAt(guess)) return guess;
		else low = guess;
	}
	while (high - low > FEW) {
		const middle = (low + high) >> 1;
		if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
		else high = middle;
	}
	while (low < high && a.charCodeAt(low) === b.charCodeAt(low)) low += 1;
	return low;
}
