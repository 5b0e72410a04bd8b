import { FAILED_LINE, SHELL_LINE } from "../link/greeting.ts";
import { packageRoot } from "../machine/package-root.ts";

/** From tsmpi's folder. */
const AGENT_FILE = "dist/launch/agent/main.js";

/**
 * What the far shell runs, whichever shell it is: one line without single quotes. It says that it is there, looks for
 * node and tsmpi, and becomes the agent.
 */
const SCRIPT = [
	`say() { printf "\\n%s\\n" "$1"; }; fail() { say "${FAILED_LINE}$1"; exit 1; }; say "${SHELL_LINE}"`,
	'node=$(command -v "$1") || { [ "$2" = given ] && fail "there is no node at $1 (--remote-node)"; ' +
		'node=$(command -v node) || fail "there is no node, neither at $1 nor on PATH (--remote-node names it)"; }',
	`agent=; for folder in "$3" "$3/node_modules/tsmpi"; do [ -r "$folder/${AGENT_FILE}" ] && agent=$folder/${AGENT_FILE}; done`,
	'[ -n "$agent" ] || fail "there is no tsmpi in $3 (--prefix names its folder there)"',
	'shift 3; exec "$node" "$agent" "$@"',
].join("; ");

/** The command that starts an agent, for a shell. `args` are the agent's own. */
export function remoteCommand(
	{ node, prefix }: { readonly node: string | undefined; readonly prefix: string | undefined },
	args: readonly string[] = [],
): string {
	const words = [
		SCRIPT,
		"tsmpi-agent",
		node ?? process.execPath,
		node === undefined ? "default" : "given",
		prefix ?? packageRoot(),
		...args,
	];
	return `exec /bin/sh -c ${words.map(quote).join(" ")}`;
}

/** One word for a shell: sh, csh and fish agree on single quotes. */
function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
