"""The full distribution of the next token, and what every sampler stage would leave of it. Nothing is drawn."""

from dataclasses import replace

from chatapp.engine.backend import Listener
from chatapp.engine.reading import Reader
from chatapp.engine.sampling import SamplerChain
from chatapp.protocol.messages import Predict, Predicted


def predict(request: Predict, reader: Reader, listener: Listener) -> Predicted:
    """Logits and stages over the whole vocabulary; raise `RequestError` as a reply with these settings would."""
    params = request.params.checked()
    if params.uses("xtc"):
        params = replace(params, xtc_probability=1.0)  # what it does where it acts at all is no matter of chance
    model, n_ctx = reader.model, reader.context.n_ctx
    with SamplerChain(params, model.n_vocab, n_ctx, model.vocab) as chain:  # first: it may be refused
        passage = reader.passage(request.prefix)
        chain.accept_prompt(passage.prompt)
        for token in passage.reply:
            chain.accept(token)
        logits = reader.last_row(passage.tokens, listener).copy()
        names, left, probs = chain.stages_left(logits)
    arrays = {"logits": logits, "stage_left": left, "stage_probs": probs}
    return Predicted(request.job, len(passage.tokens), names, arrays)
