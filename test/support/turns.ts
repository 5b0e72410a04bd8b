/**
 * Lets only some of many tasks run at a time. AVA starts all tests of a file at once, and jobs of many ranks that share
 * two cores with thirty others take longer than anything should.
 */
export function turns(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (task) => {
		if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve));
		else running++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next === undefined) running--;
			else next();
		}
	};
}
