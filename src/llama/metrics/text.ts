/** Labels of a series and their values. */
export type Labels = Readonly<Record<string, string>>;

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** `{a="b",c="d"}` as Prometheus reads it; nothing for no labels. */
export function labelText(labels: Labels): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
	return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** A value as Prometheus reads it. */
export function numberText(value: number): string {
	if (value === Number.POSITIVE_INFINITY) return "+Inf";
	return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

/**
 * The two lines before a family's series.
 *
 * @throws {RangeError} if Prometheus would refuse the name.
 */
export function headText(name: string, type: string, help: string): string {
	if (!NAME.test(name)) throw new RangeError(`Cannot name a metric ${JSON.stringify(name)}: use ${NAME}`);
	const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
	return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

function escapeLabel(value: string): string {
	return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
