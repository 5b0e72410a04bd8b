/** A typed, ordered, two-way connection between the head and an agent. */
export interface Link<Out, In> {
	readonly send: (message: Out) => void;
	readonly onMessage: (listener: (message: In) => void) => void;
	/** Called once, when the link has ended: closed by either side, or, with a reason, lost. */
	readonly onClose: (listener: (lost?: string) => void) => void;
	readonly close: () => void;
}

class End<Out, In> implements Link<Out, In> {
	#deliver: (message: Out) => void = () => {};
	#closeBoth: () => void = () => {};
	#onMessage: ((message: In) => void) | undefined;
	/** Messages that came before somebody listened. */
	readonly #early: In[] = [];
	#onClose: () => void = () => {};
	#open = true;

	connect(peer: End<In, Out>): void {
		this.#deliver = (message) => peer.#receive(message);
		this.#closeBoth = () => {
			this.#closed();
			peer.#closed();
		};
	}

	send = (message: Out): void => {
		// Not in the sender's own turn: the other side may answer, and must find the sender's state settled.
		if (this.#open) queueMicrotask(() => this.#deliver(message));
	};

	onMessage = (listener: (message: In) => void): void => {
		for (const message of this.#early.splice(0)) listener(message);
		this.#onMessage = listener;
	};

	onClose = (listener: () => void): void => {
		this.#onClose = listener;
	};

	close = (): void => {
		queueMicrotask(this.#closeBoth);
	};

	#receive(message: In): void {
		if (!this.#open) return;
		if (this.#onMessage === undefined) this.#early.push(message);
		else this.#onMessage(message);
	}

	#closed(): void {
		if (!this.#open) return;
		this.#open = false;
		this.#onClose();
	}
}

/** Both ends of a link within one process. */
export function linkPair<A, B>(): [Link<A, B>, Link<B, A>] {
	const left = new End<A, B>();
	const right = new End<B, A>();
	left.connect(right);
	right.connect(left);
	return [left, right];
}
