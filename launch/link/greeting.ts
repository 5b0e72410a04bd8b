/**
 * How an agent at the far end of a stream introduces itself: one line, in front of the first frame. What a login shell
 * prints may come before it, and may lack a line end; so each of these lines begins with one.
 */

/** The far shell works; Node and tsmpi come next. */
export const SHELL_LINE = "tsmpi-shell";

/** There will be no agent, for the reason that follows. */
export const FAILED_LINE = "tsmpi-failed ";

/** The agent is there; an AgentHello in JSON follows. The next byte is the first of a frame. */
export const AGENT_LINE = "tsmpi-agent ";

/** The agent cannot hear tsmpirun here, and dials back; its key follows, in hexadecimal digits. */
export const KEY_LINE = "tsmpi-key ";

/** Who the agent is. */
export interface AgentHello {
	/** tsmpi's. */
	readonly version: string;
	/** Where tsmpi is there. */
	readonly root: string;
	/** Node's version. */
	readonly node: string;
	readonly hostname: string;
	readonly pid: number;
}
