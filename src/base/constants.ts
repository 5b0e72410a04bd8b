/** Matches a message from any rank. MPI_ANY_SOURCE, MPI 4.1 §3.2.4. */
export const ANY_SOURCE = -1;

/** Matches a message with any tag. MPI_ANY_TAG, MPI 4.1 §3.2.4. */
export const ANY_TAG = -1;

/**
 * The rank of nobody: a send to it and a receive from it complete at once and move nothing. MPI_PROC_NULL, MPI 4.1
 * §3.10.
 */
export const PROC_NULL = -2;

/** The largest tag. MPI_TAG_UB, MPI 4.1 §9.1.2. */
export const TAG_UB = 2 ** 31 - 1;
