import { element } from "../../../page/dom.ts";
import type { Props } from "../live/reading.ts";
import type { Message, Question } from "./ask.ts";

const field = (id: string) => element(id) as HTMLInputElement | HTMLTextAreaElement;

/** What the settings say about the next question; what is left empty is left to the server. */
export function settings(): {
	readonly system: readonly Message[];
	readonly rest: Omit<Question, "messages">;
} {
	const content = field("system").value.trim();
	const temperature = numberOf("temperature");
	const most = numberOf("max-tokens");
	return {
		system: content === "" ? [] : [{ role: "system", content }],
		rest: {
			...(temperature === undefined ? {} : { temperature }),
			...(most === undefined ? {} : { max_tokens: most }),
		},
	};
}

/** Shows what the server takes where nothing is said. */
export function showDefaults({ default_generation_settings: { params } }: Props): void {
	const { temperature, n_predict: most } = params;
	field("temperature").placeholder = temperature === undefined ? "the model's" : `${temperature}`;
	field("max-tokens").placeholder = most === undefined || most < 0 ? "no limit" : `${most}`;
}

function numberOf(id: string): number | undefined {
	const { value } = field(id);
	return value === "" ? undefined : Number(value);
}
