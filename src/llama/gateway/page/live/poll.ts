const EVERY_MS = 1000;
const LONGEST_MS = 10_000;

/**
 * Looks every second while somebody sees the page; less and less often while there is no answer.
 *
 * @param look resolves with whether there was an answer.
 * @returns Looks at once.
 */
export function poll(look: () => Promise<boolean>): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isLooking = false;
	let pause = EVERY_MS;
	const next = async (): Promise<void> => {
		clearTimeout(timer);
		if (isLooking || document.hidden) return;
		isLooking = true;
		const start = performance.now();
		const reached = await look();
		isLooking = false;
		pause = reached ? EVERY_MS : Math.min(LONGEST_MS, pause * 2);
		const taken = performance.now() - start;
		timer = setTimeout(soon, reached ? Math.max(0, EVERY_MS - taken) : pause);
	};
	const soon = (): void => void next();
	document.addEventListener("visibilitychange", soon);
	addEventListener("online", soon);
	soon();
	return soon;
}
