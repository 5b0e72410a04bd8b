import type { Kind } from "../../../../base/check-types.ts";
import type { RequestKind } from "../../kind.ts";
import { check, type Draft } from "../values/draft.ts";

/** The forms of a body, in short. */
export type Form = "chat" | "completions" | "embeddings" | "responses";
/** With llama.cpp's own, at a gateway. */
export type GatewayForm = Form | "native" | "native embeddings";

/** The url of each form. */
export const URLS: Readonly<Record<Form, RequestKind>> = {
	chat: "/v1/chat/completions",
	completions: "/v1/completions",
	embeddings: "/v1/embeddings",
	responses: "/v1/responses",
};

/** What becomes of a field of a request's body. */
export interface Field {
	/** Its own name, and others for the same. */
	readonly names: readonly string[];
	/** In the bodies of which forms it may stand. */
	readonly forms: readonly GatewayForm[];
	/** "run": it does what it says; "harmless": it asks for nothing; "refused": unless its value asks for nothing. */
	readonly does: "run" | "harmless" | "refused";
	/** The values that it may have, for the documents. */
	readonly takes: string;
	/** Engines that cannot do it; each refuses it in words of its own. */
	readonly notBy?: readonly "node-llama-cpp"[];
	/** Endpoints too get what becomes of it, instead of the field as it came. @default false */
	readonly own?: true;
	/** Takes a value, which is not null. @throws {BadRequest} it cannot be used. */
	readonly read: (value: unknown, draft: Draft, name: string) => void;
}

/** Sets what a field of one kind of value says. */
export function value<T>(
	kind: Kind,
	set: (draft: Draft, value: T, name: string) => void,
): Pick<Field, "takes" | "read"> {
	return {
		takes: kind.words,
		read: (each, draft, name) => {
			check(name, each, kind);
			set(draft, each as T, name);
		},
	};
}

/** A field of one kind of value that is run. */
export function run<T>(
	names: readonly string[],
	forms: readonly GatewayForm[],
	kind: Kind,
	set: (draft: Draft, value: T, name: string) => void,
): Field {
	return { names, forms, does: "run", ...value(kind, set) };
}

/** A field that is run, with a check of its own. */
export function runBy(
	names: readonly string[],
	forms: readonly GatewayForm[],
	takes: string,
	read: Field["read"],
): Field {
	return { names, forms, does: "run", takes, read };
}

/** A field that is done before an engine is asked, whichever it is. */
export function own(field: Field): Field {
	return { ...field, own: true };
}

/** Puts a value into the draft as it came. */
export function into(key: keyof Draft) {
	return (draft: Draft, each: unknown): void => {
		draft[key] = each as never;
	};
}

/** Harmless fields, whatever their values. */
export function harmless(forms: readonly GatewayForm[], ...names: readonly string[]): Field {
	return { names, forms, does: "harmless", takes: "anything", read: () => {} };
}
