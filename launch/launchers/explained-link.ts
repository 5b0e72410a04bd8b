import type { AgentLink } from "./launcher.ts";

/**
 * The link to an agent that tells more when it is lost: in brackets, what the program that leads to the agent says.
 *
 * @param lastWords Asks that program, which may take a moment to end; undefined if it says nothing.
 */
export function explainedLink(link: AgentLink, lastWords: () => Promise<string | undefined>): AgentLink {
	return {
		...{ send: link.send, onMessage: link.onMessage, close: link.close },
		onClose: (listener) =>
			link.onClose((lost) => {
				if (lost === undefined) listener();
				else void lastWords().then((said) => listener(said === undefined ? lost : `${lost} (${said})`));
			}),
	};
}
