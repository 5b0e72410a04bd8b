import type { Route } from "./options.ts";

/** What a server has for a method and a path. */
export interface Match {
	/** The path of the route. */
	readonly path: string;
	/** Undefined where the path is known, and not with this method. */
	readonly route: Route | undefined;
	readonly params: Readonly<Record<string, string>>;
	/** The methods that the path has. */
	readonly methods: readonly string[];
	/** Whether any of them needs no key. */
	readonly open: boolean;
	/** Whether any of them has browsers ask for a password. */
	readonly asks: boolean;
}

/** Finds the route of a request. */
export class Router {
	readonly #plain = new Map<string, Route[]>();
	/** Routes of which the path has names. */
	readonly #named: { readonly parts: readonly string[]; readonly routes: Route[] }[] = [];

	constructor(routes: readonly Route[]) {
		for (const route of routes) this.#routesOf(route.path).push(route);
	}

	/** Undefined where no route has the path. */
	match(method: string, path: string): Match | undefined {
		// Whatever means the same path to one reader and another to the next.
		if (path.includes("//") || /%(2e|00)/i.test(path)) return undefined;
		const plain = this.#plain.get(path);
		if (plain !== undefined) return matchOf(method, plain, {});
		const parts = path.split("/");
		for (const named of this.#named) {
			const params = paramsOf(named.parts, parts);
			if (params !== undefined) return matchOf(method, named.routes, params);
		}
		return undefined;
	}

	#routesOf(path: string): Route[] {
		if (!path.includes("/:")) {
			const routes = this.#plain.get(path) ?? [];
			this.#plain.set(path, routes);
			return routes;
		}
		const known = this.#named.find(({ routes }) => routes[0]?.path === path);
		if (known !== undefined) return known.routes;
		const routes: Route[] = [];
		this.#named.push({ parts: path.split("/"), routes });
		return routes;
	}
}

function matchOf(method: string, routes: readonly Route[], params: Match["params"]): Match {
	const wanted = method === "HEAD" ? "GET" : method;
	const methods = routes.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
	const route = routes.find((each) => each.method === wanted);
	const open = routes.some((each) => each.open === true);
	const asks = routes.some((each) => each.challenge === "basic");
	return { path: routes[0]?.path ?? "", route, params, methods, open, asks };
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
	if (pattern.length !== parts.length) return undefined;
	const params: Record<string, string> = {};
	for (const [i, name] of pattern.entries()) {
		const part = parts[i] ?? "";
		if (!name.startsWith(":")) {
			if (name !== part) return undefined;
			continue;
		}
		const text = unescaped(part);
		if (text === undefined || text === "" || text === "." || text === "..") return undefined;
		params[name.slice(1)] = text;
	}
	return params;
}

function unescaped(part: string): string | undefined {
	try {
		return decodeURIComponent(part);
	} catch {
		return undefined;
	}
}
