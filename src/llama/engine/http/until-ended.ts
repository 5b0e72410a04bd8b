/**
 * Aborted when a request is, or when its engine has ended.
 *
 * @throws the reason of the one that is aborted already.
 */
export function untilEnded(ended: AbortSignal, request: AbortSignal | undefined): AbortSignal {
	request?.throwIfAborted();
	ended.throwIfAborted();
	return request === undefined ? ended : AbortSignal.any([request, ended]);
}
