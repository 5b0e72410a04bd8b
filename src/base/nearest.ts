/** Steps of inserting, dropping, replacing one character or swapping two neighbours between two words. */
export function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const same = a[row - 1] === b[column - 1];
			let steps = Math.min(
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (same ? 0 : 1),
			);
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
				steps = Math.min(steps, (beforeLast[column - 2] ?? 0) + 1);
			}
			current.push(steps);
		}
		beforeLast = last;
		last = current;
	}
	return last[b.length] ?? 0;
}

/** The candidate most like `word`, or undefined if none is close enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
	const limit = word.length < 4 ? 1 : Math.min(4, Math.ceil(word.length / 3));
	let best: { candidate: string; steps: number } | undefined;
	for (const candidate of candidates) {
		const steps = editDistance(word, candidate);
		if (steps <= limit && (best === undefined || steps < best.steps)) best = { candidate, steps };
	}
	return best?.candidate;
}
