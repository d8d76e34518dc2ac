"""Measures that what we add costs nothing to speak of: ``chatapp bench decode|prefill|inspect|ui|download``.

decode   the whole path (worker process, trace on, frames read by a client) against a bare loop over the C API
         (`chatapp.bench.bare`: evaluate, sample with the same chain, look up the token's bytes, nothing else)
prefill  from sending a prompt to its first token, against llama_decode over the same tokens
inspect  what it costs to record attention, and how soon it can be shown (`chatapp.bench.inspect`)
ui       the window's work per token in a long reply, and to open a long conversation, against the same in a short one
download a file with its SHA-256 against curl without, from a server on loopback that ends with the bench; and that
         memory stays flat, speed limits hold and a cancel is done at once

Both sides have the same tokens, threads, context and environment, and are checked to have written the same tokens.
Ratios, not speeds: a machine that is busy, hot or throttled slows both sides, which take turns (A B B A …) for that
reason; a part's ratio is the median over its pairs. ``ours`` and ``bare`` are medians, too, in the unit of the part.
"""
