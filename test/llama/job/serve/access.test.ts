import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { tsmpirun } from "../../../support/run.ts";
import { temporaryFolder } from "../../support/models.ts";
import { chat, forAll, post, SERVE, type Serving, serve } from "../../support/serve.ts";

const folder = temporaryFolder();
const ORIGIN = "https://pages.example";
const KEY = "sk-one";
const keys = join(folder, "keys");
writeFileSync(keys, `# ours\n${KEY}\nsk-zwei\n`, { mode: 0o600 });

let serving: Serving;
const all = forAll();

test.before("one server for all", async () => {
	const options = ["--api-key-file", keys, "--cors", ORIGIN, "--alias", "one,two", "--strict-model"];
	serving = await serve(all.t, [...options, "--body-limit", "64K", "--engine", "node-llama-cpp"], {
		ranks: 1,
	});
});

test.after.always("it ends", () => all.end());

const bearer = { authorization: `Bearer ${KEY}` };
const basic = (password: string) => ({
	authorization: `Basic ${Buffer.from(`user:${password}`).toString("base64")}`,
});
const status = async (path: string, headers: Record<string, string> = {}) =>
	(await fetch(`${serving.url}${path}`, { headers })).status;

test("every path but /health needs a key: as a bearer, in x-api-key, or as a browser's password", async (t) => {
	for (const path of ["/health", "/v1/health"]) t.is(await status(path), 200);
	for (const path of ["/", "/metrics", "/slots", "/props", "/v1/models", "/v1/files"]) {
		const refused = await fetch(`${serving.url}${path}`);
		t.is(refused.status, 401, path);
		// A browser is to ask for the password of the page.
		t.is(refused.headers.get("www-authenticate"), path === "/" ? 'Basic realm="tsmpi"' : "Bearer");
		for (const headers of [bearer, { "x-api-key": "sk-zwei" }, basic(KEY)])
			t.is(
				await status(path, headers),
				path === "/v1/files" ? 501 : 200,
				`${path} ${JSON.stringify(headers)}`,
			);
	}
});

test("a wrong key is 401 in OpenAI's form, and is never told back", async (t) => {
	const wrong = [
		{},
		{ authorization: "Bearer sk-wrong" },
		{ authorization: "Bearer" },
		{ authorization: KEY },
		{ authorization: `Bearer ${KEY}x` },
		{ "x-api-key": "" },
		basic("sk-wrong"),
	];
	for (const headers of wrong) {
		const answer = await post(serving.url, "/v1/chat/completions", chat("Hi", { model: "one" }), headers);
		t.is(answer.status, 401, JSON.stringify(headers));
		t.like((answer.body as { error: object }).error, { type: "authentication_error" });
		t.notRegex(JSON.stringify(answer.body), /sk-/);
	}
	const right = await post(serving.url, "/v1/chat/completions", chat("Hi", { model: "one" }), bearer);
	t.is(right.status, 200);
});

test("the model has the names that it was given, and a request must have one of them", async (t) => {
	const ask = (model: unknown) => post(serving.url, "/v1/chat/completions", chat("Hi", { model }), bearer);
	for (const name of ["one", "two"]) t.like((await ask(name)).body, { model: "one" });
	for (const name of ["demo-tiny-1", "", null]) {
		const { status: code, body } = await ask(name);
		t.is(code, 404, String(name));
		t.like((body as { error: object }).error, { code: "model_not_found", param: "model" });
	}
	const list = await fetch(`${serving.url}/v1/models`, { headers: bearer });
	t.deepEqual(
		((await list.json()) as { data: { id: string }[] }).data.map(({ id }) => id),
		["one", "two"],
	);
	t.is(await status("/v1/models/two", bearer), 200);
	t.is(await status("/v1/models/demo-tiny-1", bearer), 404);
});

test("pages of the one origin may ask, with a preflight that needs no key", async (t) => {
	const answer = await fetch(`${serving.url}/v1/models`, { headers: { ...bearer, origin: ORIGIN } });
	t.is(answer.headers.get("access-control-allow-origin"), ORIGIN);
	t.regex(answer.headers.get("access-control-expose-headers") ?? "", /x-request-id/);
	const preflight = await fetch(`${serving.url}/v1/chat/completions`, {
		method: "OPTIONS",
		headers: {
			...{ origin: ORIGIN, "access-control-request-method": "POST" },
			"access-control-request-headers": "authorization,content-type",
		},
	});
	t.is(preflight.status, 204);
	t.is(preflight.headers.get("access-control-allow-headers"), "authorization,content-type");
	const refused = await fetch(`${serving.url}/v1/models`, { headers: { origin: ORIGIN } });
	t.is(refused.status, 401);
	t.is(refused.headers.get("access-control-allow-origin"), ORIGIN, "or the page could not read why");
});

test("a body over the limit is 413, one that is no object of JSON 400", async (t) => {
	const send = (body: string | Uint8Array<ArrayBuffer>) =>
		fetch(`${serving.url}/v1/chat/completions`, { method: "POST", headers: bearer, body });
	t.is((await send(JSON.stringify(chat("x".repeat(70_000))))).status, 413);
	for (const body of ["", "not json", "[]", "null", '"text"', "{", new Uint8Array([0x7b, 0xff, 0x7d])]) {
		const response = await send(body);
		t.is(response.status, 400, String(body));
		t.like(((await response.json()) as { error: object }).error, { type: "invalid_request_error" });
	}
	t.is((await send(JSON.stringify(chat("Hi", { model: "one" })))).status, 200);
});

test("another address than the host's own needs keys, or the word that none are wanted", async (t) => {
	const refused = await tsmpirun(t, ["-n", "2", SERVE, "--port", "0", "--host", "0.0.0.0"]);
	t.is(refused.code, 2);
	t.regex(refused.stderr, /^[^\n]*Cannot listen on 0\.0\.0\.0 without keys[^\n]*--no-key[^\n]*\n$/);
	const open = await serve(t, ["--host", "0.0.0.0", "--no-key"], { ranks: 1 });
	const { port } = new URL(open.url);
	t.is((await fetch(`http://127.0.0.1:${port}/v1/models`)).status, 200);
	t.is((await fetch(`http://127.0.0.1:${port}/v1/models`)).headers.get("access-control-allow-origin"), null);
});
