/** One line of a metrics page that has a value. */
export interface Line {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** A metrics page as somebody else reads it. */
export interface Exposition {
	readonly types: ReadonlyMap<string, string>;
	readonly lines: readonly Line[];
	/** @returns Value of the only series of this name that has these labels. */
	value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;
const WRITTEN: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Reads Prometheus' text format 0.0.4. @throws if a line is not of it. */
export function readExposition(text: string): Exposition {
	const types = new Map<string, string>();
	const lines: Line[] = [];
	if (!text.endsWith("\n")) throw new Error("the last line does not end");
	for (const line of text.slice(0, -1).split("\n")) {
		const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
		if (name !== undefined && type !== undefined) {
			if (types.has(name)) throw new Error(`${name} is there twice`);
			types.set(name, type);
		} else if (!/^# HELP \S+ \S/.test(line)) lines.push(readLine(line));
	}
	const value = (name: string, labels: Readonly<Record<string, string>> = {}) => {
		const found = lines.filter(
			(line) =>
				line.name === name &&
				Object.entries(labels).every(([label, wanted]) => line.labels[label] === wanted),
		);
		if (found.length > 1) throw new Error(`${found.length} series of ${name} have ${JSON.stringify(labels)}`);
		return found[0]?.value;
	};
	return { types, lines, value };
}

function readLine(line: string): Line {
	const [, name, inside = "", value] = SERIES.exec(line) ?? [];
	if (name === undefined || value === undefined) throw new Error(`not a series: ${line}`);
	const labels: Record<string, string> = {};
	LABEL.lastIndex = 0;
	for (let read = 0; read < inside.length; read = LABEL.lastIndex) {
		const [, label, written] = LABEL.exec(inside) ?? [];
		if (label === undefined || written === undefined) throw new Error(`not labels: ${inside}`);
		labels[label] = written.replace(/\\[\\n"]/g, (two) => WRITTEN[two] ?? "");
	}
	return { name, labels, value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value) };
}
