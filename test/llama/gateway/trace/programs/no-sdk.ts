/** Loaded by --import: as if OpenTelemetry's SDK were not installed. */
import { register } from "node:module";

const HOOKS = `export async function resolve(name, context, next) {
	if (/^@opentelemetry\\/(sdk|exporter)/.test(name)) {
		throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
	}
	return await next(name, context);
}`;
register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
