/** Events that have names and numbers, as `/v1/responses` sends them. */
export class SequencedEvents {
	/** The number of the next event. */
	next = 0;

	/** An event of any fields. */
	event(type: string, fields: object): string {
		const body = JSON.stringify({ type, ...fields, sequence_number: this.next++ });
		return `event: ${type}\ndata: ${body}\n\n`;
	}

	/** An event that comes often, with all that is the same each time written before. */
	prepared(head: string, rest: string): string {
		return `${head}${this.next++}${rest}}\n\n`;
	}
}

/** Begins an event for `prepared`. */
export function headOf(type: string, fields: object): string {
	return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields }).slice(0, -1)},"sequence_number":`;
}
