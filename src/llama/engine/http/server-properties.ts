/** What is used of the answer of llama.cpp's server to `/props`. */
export interface ServerProperties {
	readonly default_generation_settings?: {
		/** Tokens of context of each slot. */
		readonly n_ctx?: number;
	};
	/** Version of llama.cpp: "b6000-1a2b3c4". */
	readonly build_info?: string;
	/** Path of the model on the server's host. */
	readonly model_path?: string;
	/** The model's chat template. */
	readonly chat_template?: string;
	/** What the template can show the model. */
	readonly chat_template_caps?: { readonly supports_tools?: boolean; readonly supports_tool_calls?: boolean };
	/** What the model takes besides text. */
	readonly modalities?: { readonly vision?: boolean; readonly audio?: boolean };
}
