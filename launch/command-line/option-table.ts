import type { OptionRow } from "../../src/base/options/row.ts";

/** One option of tsmpirun. */
export interface LaunchOptionRow extends OptionRow {
	readonly group: "Ranks" | "Hosts" | "Environment" | "Output" | "Running" | "Other";
	/** Belongs to one program of the job, so it may stand after a ":" too. */
	readonly perProgram?: true;
}

/** Every option of tsmpirun. */
export const OPTION_TABLE = [
	{
		name: "n",
		aliases: ["np", "c"],
		value: "COUNT",
		attachedDigits: true,
		group: "Ranks",
		perProgram: true,
		describe:
			"Ranks to start; without it, one for each slot (one host without a hostfile: one for each core)",
	},
	{
		name: "map-by",
		value: "slot|node|ppr:N:node",
		group: "Ranks",
		describe:
			"Fill one host after the other (slot, the default), deal the ranks out (node), or put N on each host",
	},
	{
		name: "npernode",
		aliases: ["ppn", "N"],
		value: "N",
		group: "Ranks",
		describe: "Short for --map-by ppr:N:node",
	},
	{
		name: "rank-by",
		value: "slot|node",
		group: "Ranks",
		describe:
			"Number the ranks host by host (slot), or give each host in turn the next number (node, the default with --map-by node)",
	},
	{
		name: "oversubscribe",
		group: "Ranks",
		describe: "Allow more ranks than slots; max_slots still holds",
	},
	{
		name: "bind-to",
		value: "none|core",
		group: "Ranks",
		describe: "core: each rank runs only on its share of the host's cores",
	},
	{
		name: "gpus-per-rank",
		value: "COUNT",
		group: "Ranks",
		describe: "GPUs that each rank sees (default 1)",
	},
	{
		name: "no-gpu-bind",
		group: "Ranks",
		describe: "Leave CUDA_VISIBLE_DEVICES as it is",
	},
	{
		name: "hostfile",
		aliases: ["machinefile", "f"],
		value: "FILE",
		group: "Hosts",
		describe: "Hosts and their slots, one host a line",
	},
	{
		name: "host",
		aliases: ["H", "hosts"],
		value: "HOST[:SLOTS],...",
		group: "Hosts",
		describe: "Hosts and their slots",
	},
	{
		name: "launcher",
		value: "local|ssh|slurm",
		group: "Hosts",
		describe: "How other hosts are reached (default: ssh)",
	},
	{
		name: "launch-agent",
		value: "COMMAND",
		group: "Hosts",
		describe: "Reach a host by COMMAND HOST 'shell command' instead of ssh",
	},
	{
		name: "ssh-args",
		value: "ARGUMENTS",
		dashesInValue: true,
		group: "Hosts",
		describe: "More arguments for ssh (also in TSMPI_RSH_ARGS)",
	},
	{
		name: "remote-node",
		value: "PATH",
		group: "Hosts",
		describe: "Node on the other hosts (default: the same path as here, else the one on PATH there)",
	},
	{
		name: "prefix",
		value: "DIR",
		group: "Hosts",
		describe: "tsmpi's folder on the other hosts, or a project that has it installed (default: as here)",
	},
	{
		name: "preload",
		value: "FILE,...",
		group: "Hosts",
		describe:
			"Copy these files to each host for the time of the job; where the command line names one, the copy is used",
	},
	{
		name: "connect-timeout",
		value: "SECONDS",
		group: "Hosts",
		describe: "Time in which a host must answer (default 30)",
	},
	{
		name: "iface",
		value: "NAME|CIDR",
		group: "Hosts",
		describe: "Interface or subnet by which the hosts reach each other",
	},
	{
		name: "insecure",
		group: "Hosts",
		describe: "Do not encrypt what ranks of different hosts tell each other, and let everybody in",
	},
	{
		name: "x",
		value: "NAME[=VALUE]",
		group: "Environment",
		perProgram: true,
		describe: "Give the ranks this variable (repeatable)",
	},
	{
		name: "env-all",
		group: "Environment",
		describe:
			"Give ranks on other hosts every exported variable, not only TSMPI_*, LLAMA_*, CUDA_*, NODE_* and HF_*",
	},
	{
		name: "wdir",
		aliases: ["wd"],
		value: "DIR",
		group: "Environment",
		perProgram: true,
		describe: "Folder that the ranks run in",
	},
	{
		name: "stdin",
		value: "RANK|all|none",
		group: "Environment",
		describe: "Who reads tsmpirun's standard input (default: rank 0)",
	},
	{
		name: "tag-output",
		aliases: ["l", "prepend-rank"],
		group: "Output",
		describe: "Begin each line with its rank: [2] text",
	},
	{
		name: "timestamp-output",
		group: "Output",
		describe: "Begin each line with the time it was written at",
	},
	{
		name: "output-dir",
		value: "DIR",
		group: "Output",
		describe: "Copy each rank's output to DIR/rank-00.out and DIR/rank-00.err as well",
	},
	{
		name: "display-map",
		group: "Output",
		describe: "Print which rank runs where, on stderr",
	},
	{
		name: "quiet",
		aliases: ["q"],
		group: "Output",
		describe: "No messages from tsmpirun except errors",
	},
	{
		name: "verbose",
		aliases: ["v"],
		group: "Output",
		describe: "Report the start and the exit of each rank on stderr",
	},
	{
		name: "timeout",
		value: "SECONDS",
		group: "Running",
		describe: "End the job after this time with exit code 124, and print what each rank waits for",
	},
	{
		name: "on-failure",
		value: "abort|continue",
		group: "Running",
		describe:
			"What happens to the others when a rank fails: abort ends them (default), continue lets them go on",
	},
	{
		name: "grace",
		value: "SECONDS",
		group: "Running",
		describe: "Time between SIGTERM and SIGKILL when ranks are ended (default 3)",
	},
	{
		name: "dry-run",
		group: "Running",
		describe: "Print the map and the commands, start nothing",
	},
	{
		name: "doctor",
		group: "Other",
		describe: "Check this machine, or the hosts of --hostfile or --host; no program is run",
	},
	{
		name: "make-key",
		value: "FILE",
		group: "Other",
		describe: "Write a key file for ranks that meet without tsmpirun (TSMPI_RENDEZVOUS), and do nothing else",
	},
	{
		name: "help",
		aliases: ["h", "?"],
		endsScan: true,
		group: "Other",
		describe: "Print this help",
	},
	{
		name: "version",
		aliases: ["V"],
		endsScan: true,
		group: "Other",
		describe: "Print the version",
	},
] as const satisfies readonly LaunchOptionRow[];

/** A name in the table. */
export type OptionName = (typeof OPTION_TABLE)[number]["name"];
