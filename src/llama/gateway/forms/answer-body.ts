import type { Answer } from "../../openai/answer.ts";
import { responseBody } from "../../openai/response.ts";
import type { AnswerFacts } from "./facts.ts";
import { nativeBody, nativeEmbeddings } from "./native-body.ts";

export type { AnswerFacts } from "./facts.ts";

/** The body of an answer that comes whole. */
export function answerBody(answer: Answer, facts: AnswerFacts): object {
	const { kind, id, model, created, task, systemFingerprint } = facts;
	if (kind === "/completion") return nativeBody(answer, facts);
	if (kind === "/embedding") return nativeEmbeddings(answer);
	const base64 = task.kind === "embed" && task.base64;
	const named = facts.renamed === true ? withoutModel(answer) : answer;
	return responseBody(named, { kind, id, model, created, base64, systemFingerprint });
}

function withoutModel(answer: Answer): Answer {
	if (answer.kind === "embedded") return answer;
	return { ...answer, choices: answer.choices.map(({ model, ...choice }) => choice) };
}
