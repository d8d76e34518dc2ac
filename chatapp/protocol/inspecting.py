"""What the inspector asks of the engine, and the answers: scores, next-token distributions, lookahead, vocabulary.

All of it is done in the chat context through the prompt cache, so that what was evaluated before is not again, and all
of it can be cancelled: an answer then has what was done so far, or `Failed` comes where there is none.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from chatapp.core.adapters import AdapterUse
from chatapp.core.generation import SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.protocol.commands import ChatMessage


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before the token that is looked at: a conversation and the beginning of its reply, or a text.

    messages   rendered by the chat template up to the place where a reply begins; with *raw* joined as they stand.
               The tokens are those that `Generate` would send
    text       instead of *messages*: a text as it stands, names of control tokens recognised
    prefill    the given beginning of the reply's text, part of the prompt; *written* as in `Generate`
    reply_ids  the tokens that follow, by id; without anything before them they are all of it, as they stand
    """

    messages: tuple[ChatMessage, ...] = ()
    text: str = ""
    raw: bool = False
    prefill: str = ""
    written: int = 0
    reply_ids: tuple[int, ...] = ()
    adapters: tuple[AdapterUse, ...] = ()


# -- commands ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """How likely every token of *prefix* was, from token number *start* on (those before cost nothing)."""

    TYPE: ClassVar[str] = "score"
    job: int
    prefix: Prefix
    start: int = 0


@dataclass(frozen=True, slots=True)
class ScoreText:
    """How likely every token of a (long) text is.

    utf8    the text, sent as it is: as JSON 20 MB of it take nearly half a second
    method  "continuous": every token after all before it, and where the context of *n_ctx* tokens is full, after at
            least half of it; "llama.cpp": as its perplexity program does: pieces of *n_ctx* tokens apart from each
            other, beginning with BOS where the vocabulary wants it, of which the second half counts; a last line's
            end is left out
    n_ctx   tokens; 0: the chat's context length for "continuous" (4096 at most), 512 for "llama.cpp"
    Names of control tokens in it are plain text. Every window begins with BOS where the vocabulary wants it.
    """

    TYPE: ClassVar[str] = "score_text"
    job: int
    utf8: bytes
    method: str = "continuous"
    n_ctx: int = 0
    adapters: tuple[AdapterUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Predict:
    """The full distribution of the token after *prefix*, and what every sampler stage of *params* would leave."""

    TYPE: ClassVar[str] = "predict"
    job: int
    prefix: Prefix
    params: SamplingParams = SamplingParams()


@dataclass(frozen=True, slots=True)
class Logits:
    """The whole distributions after the tokens of *prefix* from number *start* on; ask for some of them at a time."""

    TYPE: ClassVar[str] = "logits"
    job: int
    prefix: Prefix
    start: int


@dataclass(frozen=True, slots=True)
class Lookahead:
    """The likeliest continuations of *prefix* as a tree: the node is opened next that is likeliest given *prefix*.

    width  children of a node  depth  tokens of the longest continuation  nodes  at most, in the whole tree
    """

    TYPE: ClassVar[str] = "lookahead"
    job: int
    prefix: Prefix
    width: int = 3
    depth: int = 6
    nodes: int = 60


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The bytes of every token the model knows."""

    TYPE: ClassVar[str] = "vocabulary"
    job: int


@dataclass(frozen=True, slots=True)
class Attend:
    """Where the last *queries* tokens of *prefix* look, in every head of *layers* (empty: all of them).

    method  "rebuilt": from what was recorded of the chat's own context; "replayed": the tokens are read in a second
            context without flash attention, which shows its weights; "": rebuilt where that can be, else replayed
    """

    TYPE: ClassVar[str] = "attend"
    job: int
    prefix: Prefix
    layers: tuple[int, ...] = ()
    queries: int = 1
    method: str = ""


@dataclass(frozen=True, slots=True)
class AttendRows:
    """Where *queries* tokens of *prefix* look, the heads put together in the worker; *after* tokens follow the last.

    how    "mean" or "max" of *heads*, (layer, head) pairs, of all of them when there are none; "rollout": all heads of
           all layers, see `core.attention.rollout`
    """

    TYPE: ClassVar[str] = "attend_rows"
    job: int
    prefix: Prefix
    queries: int = 1
    after: int = 0
    how: str = "mean"
    heads: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Mute:
    """The next-token distribution after *prefix* with and without some attention heads: what they put out is 0.

    heads       (layer, head) pairs
    everywhere  they are muted at every token of the prefix, which is read anew for it; else at the last one only
    hidden      (start, end) positions that no later token sees, as if they were not there but for their places; what
                comes after them is read anew. Neither the first token nor the last one can be among them
    """

    TYPE: ClassVar[str] = "mute"
    job: int
    prefix: Prefix
    heads: tuple[tuple[int, int], ...] = ()
    everywhere: bool = False
    hidden: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Which heads mattered for *token* after *prefix*: each is muted by itself at the last token."""

    TYPE: ClassVar[str] = "sweep"
    job: int
    prefix: Prefix
    token: int
    layers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lens:
    """What the model would say after *prefix* if it ended after each of its layers (logit lens), and how likely *token*
    is then."""

    TYPE: ClassVar[str] = "lens"
    job: int
    prefix: Prefix
    token: int


@dataclass(frozen=True, slots=True)
class Steps:
    """How the last token of *prefix* went through one *layer* and *head*, and what came of it: every step's numbers.

    params  the sampler settings of the last step
    """

    TYPE: ClassVar[str] = "steps"
    job: int
    prefix: Prefix
    layer: int = 0
    head: int = 0
    params: SamplingParams = SamplingParams()


@dataclass(frozen=True, slots=True)
class Meanings:
    """What the model makes of the last token of each of *texts*, raw ones: the same word after different words."""

    TYPE: ClassVar[str] = "meanings"
    job: int
    texts: tuple[str, ...]


# -- answers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scored:
    """Result of `Score`: *trace* has the tokens from *start* on, of *total*.

    Nothing comes before a text's first token: its logprob and entropy are nan, its rank -1, its candidates -1 and nan.
    Unlike in a reply's trace, the bytes of control tokens are their names. A cancelled one has a shorter trace.
    owners  for each token of *trace* the index of the message whose text it belongs to, -1 for the template's own; of
            the given beginning and *reply_ids* it is the number of messages
    """

    TYPE: ClassVar[str] = "scored"
    job: int
    start: int
    total: int
    trace: TokenTrace
    owners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPart:
    """Some of the tokens of `ScoreText`, from *start* on, of *total*. *counted* of them, the last ones, count.

    Tokens that a method leaves out or could not score have a nan logprob and rank -1, as in `Scored`.
    """

    TYPE: ClassVar[str] = "text_part"
    job: int
    start: int
    total: int
    counted: int
    trace: TokenTrace


@dataclass(frozen=True, slots=True)
class TextScored:
    """The end of `ScoreText`. *nll* is the sum of the negative logprobs (nats) of the *counted* tokens."""

    TYPE: ClassVar[str] = "text_scored"
    job: int
    total: int
    counted: int
    nll: float
    n_ctx: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Predicted:
    """Result of `Predict`. *n_tokens* stand before; *stages* are the names in order, "raw" first, without the draw.

    XTC, which acts by chance, is shown as it acts.
    logits       float32 (V,)
    stage_left   int32 (S,)      candidates that are left after the stage
    stage_probs  float32 (S, V)  probabilities after the stage, 0 where it cut
    """

    TYPE: ClassVar[str] = "predicted"
    job: int
    n_tokens: int
    stages: tuple[str, ...]
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class LogitsRead:
    """Result of `Logits`.

    logits  float32 (N, V)  after each token from *start* on, before any sampler
    """

    TYPE: ClassVar[str] = "logits_read"
    job: int
    start: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class LookedAhead:
    """Result of `Lookahead`; nodes in the order they were found, parents first.

    parents   int32 (N,)    index of the node before, -1 after the prefix itself
    ids       int32 (N,)
    logprobs  float32 (N,)  given all before
    opened    uint8 (N,)    1 where its children were looked at
    lengths   int32 (N,)    bytes of each node's token        bytes  uint8, all of them, one after the other
    *cancelled* before the tree was as large as it was asked for.
    """

    TYPE: ClassVar[str] = "looked_ahead"
    job: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class VocabularyRead:
    """Result of `Vocabulary`.

    lengths  int32 (V,)   bytes of each token
    bytes    uint8        all of them, one after the other; of control tokens their names
    control  uint8 (V,)   1 for control tokens
    """

    TYPE: ClassVar[str] = "vocabulary_read"
    job: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Attended:
    """Result of `Attend`: the attention of its tokens.

    layers    those that are in *arrays*, in order; a layer without attention is none of them
    method    "rebuilt" (flash attention on, from the chat's own Q and KV cache) or "replayed" (flash attention off)
    recorded  the queries are those of the run that wrote the tokens; else these were evaluated once more for it
    checked   the position (as near as there is one) at which the rebuilt weights times V were
              compared with what the model computed; -1: nowhere
    difference  the largest one there, as a share of the largest output; -1: nothing was compared

    weights   float16 (L, H, Q, T)  heads, queries, key positions 0..T-1; a row sums to 1, or less where sinks take part
    ids       int32 (T,)         the tokens
    owners    int32 (T,)         as in `Scored`
    groups    int32 (L,)         key-value heads of the layer
    lowest    int32 (L, Q)       the first key that is not hidden by the layer's window
    """

    TYPE: ClassVar[str] = "attended"
    job: int
    layers: tuple[int, ...]
    recorded: bool
    checked: int
    difference: float
    kv_type: str
    arrays: dict[str, NDArray[Any]] = field(compare=False)
    method: str = "rebuilt"


@dataclass(frozen=True, slots=True)
class AttendedRows:
    """Result of `AttendRows`; *method* and *recorded* as in `Attended`.

    rows    float16 (Q, T), of a rollout float32: query tokens, key positions 0..T-1
    """

    TYPE: ClassVar[str] = "attended_rows"
    job: int
    recorded: bool
    method: str
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Muted:
    """Result of `Mute`.

    before, after  float32 (V,)  logits as they are, and without the heads and the hidden tokens; evaluated in the same
                   batches, so that nothing but these makes a difference
    """

    TYPE: ClassVar[str] = "muted"
    job: int
    n_tokens: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Swept:
    """Result of `Sweep`. *logprob* (nats) is the token's with every head at work; *layers* those that were swept.

    change      float32 (L, H)  the token's logprob without the head, minus that
    divergence  float32 (L, H)  Kullback-Leibler, nats, of the distribution without the head from the one with it
    Where it was cancelled, what was not reached is nan.
    """

    TYPE: ClassVar[str] = "swept"
    job: int
    logprob: float
    layers: tuple[int, ...]
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class LensRead:
    """Result of `Lens`: the hidden state after each layer put through the model's own final norm and output matrix.

    top_ids      int32 (L, K)      likeliest first; the last layer's are the model's
    top_logprobs float32 (L, K)    entropy  float32 (L,)  nats
    logprobs     float32 (L,)      of the token                ranks  int32 (L,)  of the token, 0 is the likeliest
    lengths, bytes                 of the tokens in *top_ids*, row by row, as in `VocabularyRead`
    Where it was cancelled, the layers that were not reached are nan and -1.
    """

    TYPE: ClassVar[str] = "lens_read"
    job: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class StepsTaken:
    """Result of `Steps`. The numbers are float32, those of the model named ``captured.<part>``, those that
    `chatapp.core.step_by_step` makes of the captured parts before them named ``recomputed.<part>``.

    E width of the state, D of a head, T tokens, F width of the feed-forward part, K tokens that are shown:
    embedding, learned, start (E,)   row of the token, of its position, and what enters the first layer
    layer_in, attn_norm (E,)         q, k, v (D,) of the last token
    q_norm, q_rot (D,), k_norm, k_rot (D,)   normed, and turned by their position
    keys, values (T, D)              as they are compared and mixed; keys as they come out of the rotation
    scores, scaled, weights (T,)     q·k; scaled and masked; after softmax
    mix (D,), joined (heads·D,), attn_out, attn_post, ffn_inp (E,)
    ffn_norm (E,), ffn_gate, ffn_up, ffn_hidden (F,), ffn_out, ffn_post, l_out (E,)
    last, result_norm (E,)           state after the last layer, and normed
    logits, chosen (K,)              of *top_ids*; *chosen* are probabilities after the samplers
    ids int32 (T,), top_ids int32 (K,), lengths int32 (T + K,), bytes    the tokens and their texts, as in
                                     `VocabularyRead`
    A part is missing where the model has no such node.
    reasons  part → why it was not recomputed, or was not captured
    facts    numbers and names that a formula needs: scale, eps, rope_base, rope_pairs, activation, …
    """

    TYPE: ClassVar[str] = "steps_taken"
    job: int
    layer: int
    head: int
    kv_head: int
    architecture: str
    kv_type: str
    facts: dict[str, Any]
    reasons: dict[str, str]
    arrays: dict[str, NDArray[Any]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class MeaningsRead:
    """Result of `Meanings`, of N texts; L layers; row 0 of L + 1 is the embedding.

    similarity  float32 (L+1, N, N)  cosine of the states of the last tokens after each layer
    weights     float32 (N, T)       where each looked, the mean of all layers and heads; T of the longest, 0 behind
    ids         int32 (N, T)         -1 behind the end     top_ids int32 (N, K), top_logprobs float32 (N, K)
    lengths, bytes                   of *ids* and then *top_ids*, row by row; -1 has length 0
    """

    TYPE: ClassVar[str] = "meanings_read"
    job: int
    arrays: dict[str, NDArray[Any]] = field(compare=False)


InspectorQuestion = (
    Score
    | ScoreText
    | Predict
    | Logits
    | Lookahead
    | Vocabulary
    | Attend
    | AttendRows
    | Mute
    | Sweep
    | Lens
    | Steps
    | Meanings
)
InspectorAnswer = (
    Scored
    | TextScored
    | Predicted
    | LogitsRead
    | LookedAhead
    | VocabularyRead
    | Attended
    | AttendedRows
    | Muted
    | Swept
    | LensRead
    | StepsTaken
    | MeaningsRead
)
