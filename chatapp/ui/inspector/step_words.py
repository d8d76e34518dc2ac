"""What the Step by step tab says of each step: a name, some plain sentences, the formula, the parts it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from chatapp.core.text import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step. *parts* are (name in `StepsTaken`, what it is called); *formula* is Qt's HTML; *tab* another tab that
    shows more of it, by its object name."""

    key: str
    title: str
    text: str
    formula: str
    parts: tuple[tuple[str, str], ...]
    tab: str = ""


_EMBEDDING = StepWords(
    "embedding",
    QT_TRANSLATE_NOOP("Steps", "From token to numbers"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "The model knows no letters. Its vocabulary gives the token a number, and the embedding table has one row of "
        "learned numbers for it. This row is the same wherever the token stands: what it means here comes later.",
    ),
    "x = E[token]",
    (("embedding", QT_TRANSLATE_NOOP("Steps", "Row of the table")),),
)
_LEARNED = StepWords(
    "position",
    QT_TRANSLATE_NOOP("Steps", "Where it stands"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "This model has learned one row for every place in the text and adds it to the token’s row. The first "
        "Transformer (2017) added fixed sine and cosine waves instead; many newer models turn query and key (RoPE).",
    ),
    "x = E[token] + P[position]",
    (
        ("learned", QT_TRANSLATE_NOOP("Steps", "Row of the position")),
        ("start", QT_TRANSLATE_NOOP("Steps", "Token and position together")),
    ),
)
_LATER = StepWords(
    "position",
    QT_TRANSLATE_NOOP("Steps", "Where it stands"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Nothing is added for the position here: this model turns query and key by it instead (RoPE, some steps "
        "below). The first Transformer (2017) added fixed sine and cosine waves at this place; GPT-2 adds learned "
        "rows.",
    ),
    "PE<sub>2i</sub> = sin(position / 10000<sup>2i/d</sup>),&nbsp; PE<sub>2i+1</sub> = cos(…) &nbsp;(2017)",
    (("start", QT_TRANSLATE_NOOP("Steps", "Row of the table, scaled")),),
)
_STATE = StepWords(
    "state",
    QT_TRANSLATE_NOOP("Steps", "What enters the layer"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Every token carries one list of numbers through all layers, the residual stream. Each layer reads it and adds "
        "something to it. In the first layer it is the embedding; later it also holds what earlier layers found.",
    ),
    "x<sub>layer</sub> = x<sub>0</sub> + what all layers before have added",
    (("layer_in", QT_TRANSLATE_NOOP("Steps", "State before the layer")),),
)
_RMS = "x̂ = x / √(mean(x²) + ε) · w"
_LAYER = "x̂ = (x − mean) / √(variance + ε) · w + b"
_NORM = QT_TRANSLATE_NOOP(
    "Steps",
    "Before it is read, the state is brought to a common size, and each number gets a learned weight. Without this, "
    "numbers would grow or vanish from layer to layer.",
)
_QKV = StepWords(
    "qkv",
    QT_TRANSLATE_NOOP("Steps", "Query, key and value"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Three learned matrices make three short lists for this head. The query says what the token looks for, the key "
        "what it offers to be found by, the value what it hands on when it is looked at.",
    ),
    "q = W<sub>Q</sub>·x̂,&nbsp; k = W<sub>K</sub>·x̂,&nbsp; v = W<sub>V</sub>·x̂",
    (
        ("q", QT_TRANSLATE_NOOP("Steps", "Query")),
        ("k", QT_TRANSLATE_NOOP("Steps", "Key")),
        ("v", QT_TRANSLATE_NOOP("Steps", "Value")),
        ("q_norm", QT_TRANSLATE_NOOP("Steps", "Query, normed")),
        ("k_norm", QT_TRANSLATE_NOOP("Steps", "Key, normed")),
    ),
)
_ROPE = StepWords(
    "rope",
    QT_TRANSLATE_NOOP("Steps", "Turned by the position (RoPE)"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Pairs of numbers are turned like the hands of a clock, further for later positions, some fast and some "
        "slowly. When a query meets a key, only the distance between the two tokens remains of it.",
    ),
    "(a, b) → (a·cos mθ<sub>i</sub> − b·sin mθ<sub>i</sub>, a·sin mθ<sub>i</sub> + b·cos mθ<sub>i</sub>),"
    "&nbsp; θ<sub>i</sub> = base<sup>−2i/d</sup>",
    (
        ("q_rot", QT_TRANSLATE_NOOP("Steps", "Query, turned")),
        ("k_rot", QT_TRANSLATE_NOOP("Steps", "Key, turned")),
    ),
)
_SCORES = StepWords(
    "scores",
    QT_TRANSLATE_NOOP("Steps", "Query meets every key"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "The query is multiplied with the key of each token, number by number, and added up. A large score means that "
        "this token offers what is looked for.",
    ),
    "score<sub>j</sub> = q · k<sub>j</sub>",
    (("scores", QT_TRANSLATE_NOOP("Steps", "One score for each token, coloured from their mean")),),
)
_SCALED = StepWords(
    "scaled",
    QT_TRANSLATE_NOOP("Steps", "Scale and mask"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Long lists give large scores, so they are divided by the root of their length. Tokens that come later are "
        "hidden: while training, the model must not see what it shall predict. The last token has nothing after it.",
    ),
    "s<sub>j</sub> = q·k<sub>j</sub> / √d + mask<sub>j</sub>",
    (("scaled", QT_TRANSLATE_NOOP("Steps", "Scaled and masked, coloured from their mean")),),
)
_WEIGHTS = StepWords(
    "weights",
    QT_TRANSLATE_NOOP("Steps", "Softmax: shares that add up to 1"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "The exponential function makes all scores positive, and dividing by their sum makes shares of them. This is "
        "the attention of this head: how much of each token it takes. Many heads rest on the first token when they "
        "look for nothing.",
    ),
    "a<sub>j</sub> = exp(s<sub>j</sub>) / Σ<sub>i</sub> exp(s<sub>i</sub>)",
    (("weights", QT_TRANSLATE_NOOP("Steps", "Attention to each token")),),
    "attentionTab",
)
_MIX = StepWords(
    "mix",
    QT_TRANSLATE_NOOP("Steps", "Mix the values"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "The values of all tokens are added up, each with its share. That is how something from other tokens comes to "
        "this one: the only place in the model where tokens meet.",
    ),
    "Attention(Q, K, V) = softmax(QKᵀ / √d + mask) · V",
    (("mix", QT_TRANSLATE_NOOP("Steps", "What this head brings")),),
)
_JOINED = StepWords(
    "joined",
    QT_TRANSLATE_NOOP("Steps", "Join the heads"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "All heads of the layer did the same at the same time, each with its own matrices. Their results are put side "
        "by side, and one more matrix mixes them into the size of the state.",
    ),
    "o = W<sub>O</sub> · [head<sub>1</sub>; head<sub>2</sub>; …]",
    (
        ("joined", QT_TRANSLATE_NOOP("Steps", "All heads side by side")),
        ("attn_out", QT_TRANSLATE_NOOP("Steps", "After the output matrix")),
        ("attn_post", QT_TRANSLATE_NOOP("Steps", "Normed once more")),
    ),
)
_RESIDUAL = StepWords(
    "residual",
    QT_TRANSLATE_NOOP("Steps", "Add it to the state"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "What attention found is added to what the token had before. Nothing is replaced: earlier knowledge stays, and "
        "while training, corrections find their way back through the sum.",
    ),
    "x′ = x + o",
    (("ffn_inp", QT_TRANSLATE_NOOP("Steps", "State after attention")),),
)
_GATED = StepWords(
    "ffn",
    QT_TRANSLATE_NOOP("Steps", "Feed-forward: think about it alone"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Each token by itself goes through a much wider layer. One matrix makes gates, another makes contents; where a "
        "gate is closed nothing passes. The third matrix brings it back to size. Much of what a model knows sits here.",
    ),
    "f = W<sub>down</sub> · (act(W<sub>gate</sub>·x̂) ⊙ (W<sub>up</sub>·x̂))",
    (
        ("ffn_gate", QT_TRANSLATE_NOOP("Steps", "Gates")),
        ("ffn_up", QT_TRANSLATE_NOOP("Steps", "Contents")),
        ("ffn_hidden", QT_TRANSLATE_NOOP("Steps", "What passes")),
        ("ffn_out", QT_TRANSLATE_NOOP("Steps", "Back to size")),
        ("ffn_post", QT_TRANSLATE_NOOP("Steps", "Normed once more")),
    ),
)
_PLAIN_FFN = StepWords(
    "ffn",
    _GATED.title,
    QT_TRANSLATE_NOOP(
        "Steps",
        "Each token by itself goes through a much wider layer. A function lets positive numbers pass and holds most "
        "negative ones back. A second matrix brings it back to size. Much of what a model knows sits here.",
    ),
    "f = W<sub>down</sub> · act(W<sub>up</sub>·x̂ + b) + b",
    (
        ("ffn_up", QT_TRANSLATE_NOOP("Steps", "Widened")),
        ("ffn_hidden", QT_TRANSLATE_NOOP("Steps", "What passes")),
        ("ffn_out", QT_TRANSLATE_NOOP("Steps", "Back to size")),
    ),
)
_OUT = StepWords(
    "out",
    QT_TRANSLATE_NOOP("Steps", "Add it again: the layer is done"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "The result is added to the state, which goes on to the next layer. There everything begins again with other "
        "matrices. The Layers tab shows what the model would say after each of them.",
    ),
    "x″ = x′ + f",
    (("l_out", QT_TRANSLATE_NOOP("Steps", "State after the layer")),),
    "layersTab",
)
_LOGITS = StepWords(
    "logits",
    QT_TRANSLATE_NOOP("Steps", "A score for every token there is"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "After the last layer the state is compared with one row for every token of the vocabulary. The scores are "
        "called logits. Softmax makes probabilities of them, as it did in attention.",
    ),
    "logits = W<sub>U</sub> · x̂,&nbsp; p = softmax(logits)",
    (("logits", QT_TRANSLATE_NOOP("Steps", "The highest logits")),),
)
_SAMPLING = StepWords(
    "sampling",
    QT_TRANSLATE_NOOP("Steps", "Draw the next token"),
    QT_TRANSLATE_NOOP(
        "Steps",
        "Samplers cut off unlikely tokens and make the rest flatter or steeper (temperature). Then one is drawn, like "
        "with a loaded die. The drawn token goes in at the top, and all of this happens again for the one after it.",
    ),
    "p<sub>i</sub> = exp(logit<sub>i</sub> / T) / Σ<sub>j</sub> exp(logit<sub>j</sub> / T)",
    (("chosen", QT_TRANSLATE_NOOP("Steps", "Probabilities after your samplers")),),
    "samplingTab",
)


def steps_of(facts: Mapping[str, Any], parts: frozenset[str]) -> list[StepWords]:
    """The steps of a model with these *facts* and captured *parts* (see `StepsTaken`), in order."""
    norm = _RMS if facts.get("norm") == "rms" else _LAYER
    first = StepWords(
        "norm", QT_TRANSLATE_NOOP("Steps", "Bring it to size (norm)"), _NORM, norm,
        (("attn_norm", QT_TRANSLATE_NOOP("Steps", "State, normed")),),
    )  # fmt: skip
    second = StepWords(
        "ffn_norm", QT_TRANSLATE_NOOP("Steps", "Bring it to size again"), _NORM, norm,
        (("ffn_norm", QT_TRANSLATE_NOOP("Steps", "State, normed")),),
    )  # fmt: skip
    last = StepWords(
        "last", QT_TRANSLATE_NOOP("Steps", "After the last layer"),
        QT_TRANSLATE_NOOP(
            "Steps",
            "The other layers did the same in their turn. What the last one leaves is normed a last time. It no longer "
            "says what the token was, but what should come next.",
        ), norm,
        (("last", QT_TRANSLATE_NOOP("Steps", "State after the last layer")),
         ("result_norm", QT_TRANSLATE_NOOP("Steps", "State, normed"))),
    )  # fmt: skip
    position = _LEARNED if "learned" in parts else _LATER
    found = [_EMBEDDING, position, _STATE, first, _QKV]
    if "q_rot" in parts:
        found.append(_ROPE)
    found += [_SCORES, _SCALED, _WEIGHTS, _MIX, _JOINED, _RESIDUAL, second]
    found += [_GATED if facts.get("gated", True) else _PLAIN_FFN, _OUT, last, _LOGITS, _SAMPLING]
    return found


def said(text: str) -> str:
    """In the user's language."""
    return QCoreApplication.translate("Steps", text)
