"""QtCore: what the window can ask for, as objects with signals.

`bundle` makes them all, in order. Common to all: `engine_process` (supervises the worker; `engine_failures` says why it
ended), `questions` (to the engine), `storage` (the queue in front of the database), `tasks` (the one place that starts
threads), `settings`, `notices` (the one door to the user).

Chat: `chat` (a turn) with `reply` and `shown` (the conversation on the screen), `branching`, `larger_context`,
`context` (the meter), `conversations` (the list), `presets`, `models` (which one is loaded) with `memory`, `export`.

Inspector: `inspector` (what is looked at) and `traces`. Of a selected token `token_question`, `prediction`, `lens`,
`what_if`, `steps`, and `attention` with `attention_place`, `attention_side`, `attention_rows`, `attention_light`,
`verification`. Of texts `prompt_scores`, `text_score`, `meanings`, `explorer` with `explorer_place`, `lookahead`,
`next_tokens`, `vocabulary`. Of two replies or models `comparing` and `model_compare` (the one second worker).

Models: `library` and `library_jobs` (on this computer), `hub_access`, `hub_calls`, `hub_search`, `hub_repository`,
`downloads`; `updates` (of the app).
"""
