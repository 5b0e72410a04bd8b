/** A piece of a call: its name comes once, its arguments bit by bit. */
export interface ToolCallPiece {
	readonly index?: number;
	readonly id?: string | null;
	readonly type?: string;
	readonly function?: { readonly name?: string | null; readonly arguments?: string | null };
}

interface ToolCall {
	id: string;
	readonly type: string;
	readonly function: { name: string; arguments: string };
}

/** Calls of tools, put together from their pieces. */
export class ToolCalls {
	readonly #calls: ToolCall[] = [];

	add(pieces: readonly ToolCallPiece[]): void {
		for (const [place, piece] of pieces.entries()) {
			const index = piece.index ?? place;
			this.#calls[index] ??= {
				id: "",
				type: piece.type ?? "function",
				function: { name: "", arguments: "" },
			};
			const call = this.#calls[index];
			if (call.id === "") call.id = piece.id ?? "";
			call.function.name += piece.function?.name ?? "";
			call.function.arguments += piece.function?.arguments ?? "";
		}
	}

	/** All calls so far; a server may skip a place. */
	get whole(): readonly ToolCall[] {
		return this.#calls.filter((call) => call !== undefined);
	}
}
