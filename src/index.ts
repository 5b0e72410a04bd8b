export { ANY_SOURCE, ANY_TAG, PROC_NULL, TAG_UB } from "./base/constants.ts";
export type { ErrorCode, FailureCause } from "./base/errors.ts";
export {
	ArgumentError,
	FinalizedError,
	LaunchError,
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
export type { CollectiveOptions } from "./comm/calling.ts";
export type { ReduceOptions, RootedReduceOptions, RootOptions } from "./comm/collective.ts";
export type { CartComm, CartOptions, Comm, SplitOptions } from "./comm/comm.ts";
export type { Message, RecvStatus, Status } from "./comm/message.ts";
export type { RecvOptions, SendOptions, SendrecvOptions } from "./comm/point-to-point.ts";
export type { AllgathervOptions, AlltoallvOptions, GathervOptions, ScattervOptions } from "./comm/vectors.ts";
export type { Mpi } from "./init.ts";
export { init } from "./init.ts";
export type { TypedArray } from "./wire/payload.ts";
