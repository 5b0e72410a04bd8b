/** The candidate that a misspelt word most likely means, if any is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
	const ranked = candidates
		.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
		.sort((a, b) => a.distance - b.distance);
	const best = ranked[0];
	if (best === undefined) return undefined;
	return best.distance <= Math.max(2, Math.floor(best.candidate.length / 2)) ? best.candidate : undefined;
}

/** Levenshtein: insertions, deletions and replacements that turn one word into the other. */
function editDistance(from: string, to: string): number {
	let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const replace = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
			current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}
		previous = current;
	}
	return previous[to.length] ?? 0;
}
