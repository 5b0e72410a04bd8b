import type { OutgoingHttpHeaders } from "node:http";

/** What an HttpError says. */
export interface HttpErrorOptions extends ErrorOptions {
	/** What went wrong, in one line, for a reader. */
	readonly message: string;
	/** The kind of error. @default that of the status, such as "invalid_request_error" */
	readonly type?: string;
	/** What went wrong, for a program. @default null */
	readonly code?: string | number | null;
	/** The field of the request that is to blame. @default null */
	readonly param?: string | null;
	/** Headers of the answer. */
	readonly headers?: OutgoingHttpHeaders;
	/** Further fields of the error. */
	readonly extra?: Readonly<Record<string, unknown>>;
}

const TYPES: ReadonlyMap<number, string> = new Map([
	[401, "authentication_error"],
	[403, "permission_error"],
	[404, "not_found_error"],
	[429, "rate_limit_error"],
	[501, "not_supported_error"],
	[503, "unavailable_error"],
	[504, "timeout_error"],
]);

/** An error that is the answer to a request. */
export class HttpError extends Error {
	readonly status: number;
	readonly headers: OutgoingHttpHeaders;
	/** OpenAI's form of an error: what the client gets. */
	readonly body: { readonly error: Readonly<Record<string, unknown>> };

	constructor(status: number, options: HttpErrorOptions) {
		const { message, code = null, param = null, headers = {}, extra } = options;
		super(message, options);
		this.status = status;
		this.headers = headers;
		const type =
			options.type ?? TYPES.get(status) ?? (status < 500 ? "invalid_request_error" : "server_error");
		this.body = { error: { message, type, param, code, ...extra } };
	}

	override get name(): string {
		return this.constructor.name;
	}
}
