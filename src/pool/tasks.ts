/** What a pool can do: functions of one argument, by name. They may be async. */
export type Tasks = Readonly<Record<string, (argument: never) => unknown>>;

/** What the task `N` of the table `T` takes. */
export type Argument<T extends Tasks, N extends keyof T> = Parameters<T[N]>[0];

/** What the task `N` of the table `T` gives. */
export type Result<T extends Tasks, N extends keyof T> = Awaited<ReturnType<T[N]>>;

/** Arguments of many tasks, perhaps without end. */
export type Items<A> = Iterable<A> | AsyncIterable<A>;
