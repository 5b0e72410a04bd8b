/** The types of `tsmpi` as a user sees them. Only the compiler reads this: it runs nowhere. */
import { ANY_SOURCE, init, type Mpi, MpiError, SUM, type TsmpiError } from "tsmpi";

export async function pointToPoint({ world }: Mpi): Promise<void> {
	world.rank satisfies number;
	(await world.recv<{ text: string }>({ source: ANY_SOURCE, tag: 7 })) satisfies { text: string };
	(await world.recv<string>()) satisfies string;
	// @ts-expect-error A message goes to somebody.
	await world.send("text");
	// @ts-expect-error The option is called dest.
	await world.send("text", { to: 1 });
	// @ts-expect-error A tag is a number.
	await world.send("text", { dest: 1, tag: "work" });
	// @ts-expect-error The option is called source.
	await world.recv({ src: 0 });
	const message = await world.mprobe({ source: 0 });
	message.byteLength satisfies number;
	(await message.recv<number[]>()) satisfies number[];
	const status = await world.recvInto(new Float64Array(4), { source: 0 });
	status.count satisfies number;
	(world.iprobe() === undefined) satisfies boolean;
}

export async function collective({ world }: Mpi): Promise<void> {
	(await world.bcast("text", { root: 0 })) satisfies string;
	(await world.gather(1, { root: 0 })) satisfies number[] | undefined;
	// @ts-expect-error Only the root gets the list.
	(await world.gather(1, { root: 0 })) satisfies number[];
	(await world.allgather("text")) satisfies string[];
	(await world.allreduce(1, { op: SUM })) satisfies number;
	// @ts-expect-error A reduction needs an operator.
	await world.allreduce(1);
	// @ts-expect-error An operator is one of the constants or a function, not a text.
	await world.allreduce(1, { op: "sum" });
	const part = await world.split({ color: undefined });
	// @ts-expect-error A rank without a color is in no part.
	part.size satisfies number;
}

export async function errors(): Promise<void> {
	try {
		await init();
	} catch (error) {
		if (error instanceof MpiError) {
			error satisfies TsmpiError;
			error.code satisfies string;
			// @ts-expect-error The code is one of MPI's classes.
			if (error.code === "ERR_NONSENSE") return;
		}
	}
}
