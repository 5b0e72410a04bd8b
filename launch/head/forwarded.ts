/** Variables that go with the ranks to other hosts. */
const WANTED = /^(TSMPI|LLAMA|CUDA|NODE|HF)_/;

/** What these say is true of this host, this session or this process only. */
const OWN =
	/^(PATH|HOME|PWD|OLDPWD|SHELL|SHLVL|_|USER|LOGNAME|MAIL|HOSTNAME|TMPDIR|TERM|TTY|DISPLAY|LS_COLORS|BASH_.*|(SSH|XDG|DBUS|SLURM|PMI|PMIX|OMPI)_.*)$/;

/** GPUs are counted where they are; a secret of the launch is not the ranks' business. */
const NEVER = new Set(["CUDA_VISIBLE_DEVICES", "TSMPI_JOB_KEY", "TSMPI_RSH_ARGS"]);

/** What of tsmpirun's environment the ranks on other hosts get: variables of certain names, or all that travel. */
export function forwardedVariables(env: Readonly<NodeJS.ProcessEnv>, all: boolean): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const [name, value] of Object.entries(env)) {
		if (value === undefined || NEVER.has(name)) continue;
		if (all ? !OWN.test(name) : WANTED.test(name)) kept[name] = value;
	}
	return kept;
}
