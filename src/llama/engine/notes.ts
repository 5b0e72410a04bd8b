/** What the user of an engine should know, as one line; undefined if there is nothing. */
export function joinNotes(...notes: readonly (string | undefined)[]): string | undefined {
	const all = notes.filter((note) => note !== undefined);
	return all.length === 0 ? undefined : all.join("; ");
}
