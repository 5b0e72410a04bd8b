/** What tsmpirun --doctor asks an agent about its host, and what the agent finds. All of it can be written as JSON. */

/** One thing to look at on a host. */
export type Probe =
	| { readonly about: "host"; readonly iface?: string }
	/** What its clock says. */
	| { readonly about: "clock" }
	/** Open a port for the other hosts. */
	| { readonly about: "port" }
	/** Connect to the ports of the other hosts. */
	| { readonly about: "way"; readonly targets: readonly Target[] };

/** What was found: the member that belongs to the probe. Findings come in the order of their probes. */
export interface Finding {
	readonly facts?: HostFacts;
	readonly clockMs?: number;
	readonly port?: OpenPort;
	/** The targets that could not be reached, and why. */
	readonly failed?: readonly { readonly name: string; readonly error: string }[];
}

/** A port that is open for the other hosts. */
export interface OpenPort {
	readonly port: number;
	/** What whoever listens there says: that it is the host that is meant, and not another that has its address. */
	readonly word: string;
}

/** Somewhere to connect to: a host that listens. */
export interface Target extends OpenPort {
	readonly name: string;
	readonly addresses: readonly string[];
}

/** What a host says about itself: all that a job may need of it. */
export interface HostFacts {
	readonly hostname: string;
	/** Without the leading v. */
	readonly node: string;
	readonly tsmpi: string;
	/** Its clock, when it answered. */
	readonly atMs: number;
	readonly zeromq: Part;
	readonly nodeLlamaCpp: Part;
	/** Path of llama-server, if there is one; an error if LLAMA_SERVER names none. */
	readonly llamaServer: Part;
	readonly gpus: GpuFacts;
	/** Cores that ranks may run on. */
	readonly cores: number;
	readonly folders: readonly FolderFacts[];
	/** How many files and sockets a process may have open; undefined: as many as it likes. */
	readonly openFiles?: number;
	/** Addresses by which other hosts may reach it. */
	readonly addresses: readonly string[];
	/** Why it has none. */
	readonly addressError?: string;
}

/** Something that is there in some version, or is not there, or does not work. */
export interface Part {
	readonly found?: string;
	readonly error?: string;
}

/** The GPUs of a host by name. */
export interface GpuFacts {
	readonly names: readonly string[];
	/** The driver is there, but does not answer as it should. */
	readonly error?: string;
}

/** A folder that a job writes to. */
export interface FolderFacts {
	readonly path: string;
	readonly freeBytes: number;
}
