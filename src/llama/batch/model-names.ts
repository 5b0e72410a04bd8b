import { resolve } from "node:path";
import type { Comm } from "../../index.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import { validateModel } from "../model/gguf/validate.ts";
import type { ModelNames } from "./models.ts";

/**
 * How requests may call this rank's model, if the ranks have several. Collective. Of endpoints it is undefined: a request's
 * own model goes to the server.
 */
export async function namesOfModel(
	comm: Comm,
	{ kind, model }: Pick<EngineInfo, "kind" | "model">,
	given: string | undefined,
): Promise<ModelNames | undefined> {
	const all = await comm.allgather(kind === "endpoint" ? undefined : resolve(model));
	const several = new Set(all).size > 1 && !all.includes(undefined);
	if (!several) return undefined;
	const own = await ownName(model);
	return {
		path: model,
		...(given === undefined ? {} : { given }),
		...(own === undefined ? {} : { own }),
	};
}

async function ownName(model: string): Promise<string | undefined> {
	try {
		return (await validateModel(model)).name;
	} catch (error) {
		// The engine has loaded it: a file that has gone meanwhile has names enough.
		if (error instanceof EngineError) return undefined;
		throw error;
	}
}
