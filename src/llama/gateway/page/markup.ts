import type { Inlined } from "../../page/inlined.ts";

/** Name, heading, and what it means, of each tile. */
const TILES = [
	["requests", "Requests/s", "Requests answered per second, over the last 10 seconds"],
	["tokens", "Tokens/s", "Tokens generated per second, and prompt tokens, over the last 10 seconds"],
	["running", "Running", "Requests that run now, and that wait for a slot"],
	["success", "Success", "Of the requests taken since the start, how many were answered"],
	["refused", "Refused", "Requests that were not taken since the start, and the most frequent reason"],
	["ttft", "TTFT p95", "From arrival to the first token, over the last minute"],
	["itl", "ITL p95", "From one token to the next, over the last minute"],
	["e2e", "E2E p95", "From arrival to the end, over the last minute"],
	["queue", "Queue p95", "From arrival until a rank had the request, over the last minute"],
	["cached", "Cached", "Of the prompt tokens of the last minute, how many were found in a slot"],
] as const;

const CHARTS = [
	["tokens", "Tokens/s", "Generated tokens per second", []],
	["queue", "Requests", "Requests running and waiting", ["running", "waiting"]],
	[
		"ttft",
		"Time to first token",
		"95th percentile and median of the time to the first token",
		["p95", "p50"],
	],
] as const;

const COLUMNS = ["Rank", "Host", "Device", "State", "Slots", "Tokens/s", "Running", "Restarts"];
const NUMBERS = ["Tokens/s", "Running", "Restarts"];

const ICON =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%232a78d6'%3E%3Cpath d='M1 9h3v6H1zM6 5h3v10H6zM11 1h3v14h-3z'/%3E%3C/svg%3E";

/** The page before its script has run. Nothing from outside is in it. */
export function markup({ script, style }: Inlined): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>tsmpi</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body data-state="unknown">
<header>
<h1 id="model">tsmpi</h1>
<p><span class="state"><i></i><span id="state" role="status">connecting</span></span><span id="uptime"></span></p>
</header>
<main>
<noscript><p class="note">This page shows live figures by a script of its own, which this browser does not run.</p></noscript>
<form id="key" class="note" hidden>
<label for="key-value">The server asks for an API key.</label>
<div class="field"><input id="key-value" type="password" autocomplete="off" spellcheck="false"><button class="main">Use it</button></div>
<p id="key-text" role="alert"></p>
</form>
<div class="live">
<section aria-labelledby="now">
<h2 id="now" class="unseen">Now</h2>
<div class="tiles">
${TILES.map(tile).join("\n")}
</div>
<p class="windows">Rates are of the last 10 seconds, times and the cached share of the last minute, the rest since the start.</p>
</section>
<section aria-labelledby="minutes">
<h2 id="minutes" class="unseen">Last 5 minutes</h2>
<div class="charts">
${CHARTS.map(chart).join("\n")}
</div>
</section>
<section aria-labelledby="ranks-title">
<h2 id="ranks-title">Ranks</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="ranks-title"><table role="table">
<thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => `<th role="columnheader"${NUMBERS.includes(name) ? ' class="number"' : ""}>${name}</th>`).join("")}</tr></thead>
<tbody id="ranks" role="rowgroup"></tbody>
</table></div>
</section>
</div>
<section class="chat" aria-labelledby="chat-title">
<div class="title"><h2 id="chat-title">Chat</h2><button type="button" id="clear" class="quiet">New conversation</button></div>
<div id="conversation" role="log" aria-live="polite" aria-label="Conversation" tabindex="0"></div>
<p id="chat-status" class="unseen" role="status"></p>
<form id="chat">
<label for="message" class="unseen">Message</label>
<textarea id="message" rows="3" placeholder="Ask the model. Enter sends, Shift+Enter is a new line." enterkeyhint="send"></textarea>
<div class="send">
<details><summary>Settings</summary>
<div class="settings">
<label for="system">System prompt</label><textarea id="system" rows="2" placeholder="none"></textarea>
<label for="temperature">Temperature</label><input id="temperature" type="number" min="0" max="2" step="any" inputmode="decimal">
<label for="max-tokens">Most tokens</label><input id="max-tokens" type="number" min="1" step="1" inputmode="numeric">
</div></details>
<button id="send" class="main">Send</button><button type="button" id="stop" class="main" hidden>Stop</button>
</div>
</form>
</section>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function tile([name, heading, meaning]: (typeof TILES)[number]): string {
	return `<div id="tile-${name}" title="${meaning}"><span>${heading}</span><strong>–</strong><span>–</span></div>`;
}

function chart([name, heading, meaning, lines]: (typeof CHARTS)[number]): string {
	const legend = lines.map((line) => `<span class="${line}"><i></i>${line}</span>`).join("");
	return `<figure><figcaption><h3>${heading}</h3>${legend}</figcaption><div id="chart-${name}" class="chart" role="img" aria-label="${meaning}, over the last 5 minutes"></div></figure>`;
}
