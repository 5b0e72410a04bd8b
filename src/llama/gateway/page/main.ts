import { Chat } from "./chat/chat.ts";
import { showDefaults } from "./chat/settings.ts";
import { Client } from "./common/client.ts";
import { showDashboard } from "./live/dashboard.ts";
import { keyField } from "./live/key.ts";

const client = new Client();
const chat = new Chat(client);
const showKey = keyField(client, () => lookNow());
const lookNow = showDashboard(client, {
	onLock: showKey,
	onProps: (props) => {
		chat.model = props.model_alias;
		showDefaults(props);
	},
});
