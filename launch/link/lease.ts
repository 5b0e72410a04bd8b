/** How often each side says that it is there, in milliseconds. */
const TICK_MS = 1000;

/** Ticks without a sign of the other side after which it counts as lost. */
const LEASE_TICKS = 8;

/** Seconds after which a silent other side counts as lost. */
export const LEASE_SECONDS = (LEASE_TICKS * TICK_MS) / 1000;

/**
 * Notices that the other side of a connection is gone where nothing else does: a host that was cut off says nothing,
 * and neither ssh nor TCP tell for minutes.
 *
 * Ticks are counted, not time: a process that was stopped for a minute has missed one tick, not sixty.
 */
export class Lease {
	readonly #stop: () => void;
	#missed = 0;
	#held = false;

	/** @param clock Calls back regularly until what it returns is called. */
	constructor({ ping, lost }: { ping: () => void; lost: () => void }, clock = everyTick) {
		this.#stop = clock(() => {
			ping();
			if (this.#held || ++this.#missed < LEASE_TICKS) return;
			this.end();
			lost();
		});
	}

	/** The other side has said something. */
	heard(): void {
		this.#missed = 0;
		this.#held = false;
	}

	/** The other side will be silent for some time (it is being stopped): waits until it is heard again. */
	hold(): void {
		this.#held = true;
	}

	end(): void {
		this.#stop();
	}
}

function everyTick(tick: () => void): () => void {
	const timer = setInterval(tick, TICK_MS);
	return () => clearInterval(timer);
}
