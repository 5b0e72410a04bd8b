/** What a host says about itself: all that a job may need of it. Can be written as JSON. */
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

export interface GpuFacts {
	readonly names: readonly string[];
	/** The driver is there, but does not answer as it should. */
	readonly error?: string;
}

export interface FolderFacts {
	readonly path: string;
	readonly freeBytes: number;
}
