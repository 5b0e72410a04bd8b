export { ANY_SOURCE, ANY_TAG, PROC_NULL, TAG_UB } from "./base/constants.ts";
export type { ErrorCode, FailureCause } from "./base/errors.ts";
export {
	ArgumentError,
	FinalizedError,
	MpiError,
	ProcessFailedError,
	RevokedError,
	TruncateError,
	TsmpiError,
} from "./base/errors.ts";
export type { Located, Operator, ReduceFunction } from "./collectives/operators.ts";
export {
	BAND,
	BOR,
	BXOR,
	LAND,
	LOR,
	LXOR,
	MAX,
	MAXLOC,
	MIN,
	MINLOC,
	PROD,
	SUM,
} from "./collectives/operators.ts";
export type { CartComm, Comm } from "./comm/api/comm.ts";
export type { Message, RecvStatus, Status } from "./comm/api/message.ts";
export type {
	AllgathervOptions,
	AlltoallvOptions,
	CartOptions,
	CollectiveOptions,
	GathervOptions,
	RecvOptions,
	ReduceOptions,
	RootedReduceOptions,
	RootOptions,
	ScattervOptions,
	SendOptions,
	SendrecvOptions,
	SplitOptions,
} from "./comm/api/options.ts";
export type { Mpi } from "./init.ts";
export { init } from "./init.ts";
export type { TypedArray } from "./wire/payload.ts";
