import type { AgentToHead, HeadToAgent } from "./protocol.ts";

/** The types of all messages between head and agent. */
export type MessageType = (HeadToAgent | AgentToHead)["type"];

/**
 * How a message is sent over a stream of bytes. "control" is written at once. "bulk" waits behind the bytes of ranks'
 * input and output: it carries such bytes, or says that there are no more of them. A table, so that a new message
 * cannot be forgotten here.
 */
export const URGENCY: Readonly<Record<MessageType, "control" | "bulk">> = {
	launch: "control",
	file: "bulk",
	"file-end": "bulk",
	"file-credit": "control",
	prepared: "control",
	refused: "control",
	go: "control",
	launched: "control",
	tell: "control",
	said: "control",
	"joined-twice": "control",
	parted: "control",
	exited: "control",
	stdin: "bulk",
	"stdin-end": "bulk",
	"stdin-credit": "control",
	"stdin-closed": "control",
	output: "bulk",
	credit: "control",
	drained: "bulk",
	signal: "control",
	terminate: "control",
	waiting: "control",
	warning: "control",
	lost: "control",
	examine: "control",
	examined: "control",
	close: "control",
	closed: "bulk",
};
