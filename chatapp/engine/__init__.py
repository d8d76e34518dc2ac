"""llama.cpp, in a process of its own: only the worker and the terminal import this package.

`worker` reads requests and does them; `client` drives a worker without Qt. `backend` is the joint, `llama_backend` and
`fake_backend` its two sides; `llama` and `ggml` hold the C API, `devices` what it can compute on, `adapters` LoRA.

A reply: `template_sandbox`, `prompts`, `prompt` and `literal` make the prompt; `cache` and `saved_states` keep what was
read; `given` begins a reply by token id, `lookup` drafts tokens from where the last ones stood before; `sampling` and
`grammar` draw; `text` and `trace` report.

The inspector's questions (`questions`): `reading` gets rows of logits through the prompt cache, for `scoring`,
`owners`, `text_scoring`, `predicting`, `lookahead`. `attending` (`attending_rows`, `ways`) finds where a token looked:
`recorder` and `queries` keep what the chat computed, `rebuild` makes rows of it, `replay`, `inspection` and `capture`
read again with attention. `muting` and `change` say what is muted or hidden; `lens`, `steps` (`step_capture`,
`weight_file`) and `meanings` look between the layers. `embedding` makes vectors.
"""
