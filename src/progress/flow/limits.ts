/** Messages up to this many bytes are sent at once; larger ones wait until the receiver has matched them. */
export const EAGER_LIMIT = 1024 * 1024;

/** Bytes that may be under way to, or unmatched at, one peer. Beyond it, messages of any size wait for their match. */
export const EAGER_BUDGET = 16 * 1024 * 1024;

/** What a message costs of the budget besides its bytes: about what the receiver spends on keeping it. */
export const MESSAGE_OVERHEAD = 256;

/** Consumed bytes that a receiver collects before it gives them back. */
export const CREDIT_BATCH = EAGER_BUDGET / 4;

/** From this many bytes on, a matched payload is sent without a copy and its sender waits until it has arrived. */
export const ZERO_COPY_LIMIT = 64 * 1024;
