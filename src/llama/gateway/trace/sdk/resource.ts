import type { Attributes } from "@opentelemetry/api";
import type { NodeTracerConfig } from "@opentelemetry/sdk-trace-node";
import { SCOPE } from "../names.ts";

type Resource = NonNullable<NodeTracerConfig["resource"]>;

/**
 * What the spans are of: a service of this name, and what OTEL_RESOURCE_ATTRIBUTES says besides. The SDK reads these
 * variables in a package that users need not have installed for it.
 */
export function resourceOf(env: NodeJS.ProcessEnv): Resource {
	const more = pairs(env.OTEL_RESOURCE_ATTRIBUTES ?? "");
	const name = env.OTEL_SERVICE_NAME?.trim() || more["service.name"] || SCOPE;
	return resource({
		"telemetry.sdk.language": "nodejs",
		"telemetry.sdk.name": "opentelemetry",
		...more,
		"service.name": name,
	});
}

function resource(attributes: Attributes): Resource {
	return {
		attributes,
		merge: (other) => resource({ ...attributes, ...other?.attributes }),
		getRawAttributes: () => Object.entries(attributes),
	};
}

/** "a=1,b=2", each value as in a URL; what has no such form is left out. */
function pairs(text: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const pair of text.split(",")) {
		const [name = "", ...rest] = pair.split("=");
		const value = rest.join("=").trim();
		if (name.trim() !== "" && value !== "") found[name.trim()] = decoded(value);
	}
	return found;
}

function decoded(value: string): string {
	try {
		return decodeURIComponent(value);
	} catch {
		return value;
	}
}
