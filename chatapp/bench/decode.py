"""``bench decode``: tokens a second of the whole path against the bare loop, at several depths of the context.

Both write the same reply at the same time, taking turns of a second or two: while one writes, the other one's process
stands still. Whatever else the machine does meets both, and every turn is one pair.
"""

import time
from dataclasses import dataclass, field

from chatapp.bench.measure import Pair, Part, Report
from chatapp.bench.sides import Bare, Ours, prose
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import SamplingParams
from chatapp.protocol.messages import PromptProgress

BOUND = 0.97
_DEPTHS = (100, 1000, 2000, 4000)  # tokens in the context where the measured ones begin
_TURN = 64  # tokens after which the sides change
_LONG = 4000  # tokens of the one long reply
_WINDOW = 8  # turns at its beginning, and at its end, that make a part
_TRIES = 20  # replies, with one seed each, until there are enough turns
_COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,"  # seldom comes to an end


@dataclass(slots=True)
class _Turns:
    """Pairs of speeds in tokens a second; *same*: both sides drew the same tokens throughout."""

    pairs: list[Pair] = field(default_factory=list)
    same: bool = True


def run(model: str, *, n_threads: int, quick: bool = False) -> Report:
    """Measure at every depth and, unless *quick*, in one long reply from its first to its last token."""
    depths, turns = (_DEPTHS[:2], 5) if quick else (_DEPTHS, 12)
    n_ctx = depths[-1] + (turns + 2) * _TURN + 64
    with Ours(model, n_ctx, n_threads) as ours, Bare(model, ours.info.n_ctx, n_threads) as bare:
        measured = [(f"from token {depth}", _at_depth(ours, bare, depth, turns)) for depth in depths]
        if not quick:
            measured += _long(ours, bare)
        same = all(turns.same for _, turns in measured)
        setup = ours.setup() | {"n_threads": n_threads, "turn": _TURN, "same_tokens": same}
    return Report("decode", [Part.of(n, "tokens/s", turns.pairs, at_least=BOUND) for n, turns in measured], setup)


def _at_depth(ours: Ours, bare: Bare, depth: int, turns: int) -> _Turns:
    text = prose(bare, depth, depth)
    found = _Turns()
    for seed in range(_TRIES):
        missing = turns - len(found.pairs)
        more = _take_turns(ours, bare, text, (missing + 1) * _TURN, SamplingParams(seed=seed))
        found.pairs += more.pairs
        found.same &= more.same
        if len(found.pairs) >= turns:
            return found
    if not found.pairs:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=f"This model ends its replies within {_TURN} tokens")
    return found


def _long(ours: Ours, bare: Bare) -> list[tuple[str, _Turns]]:
    """The beginning and the end of one reply of `_LONG` tokens; nothing when the model ends it soon."""
    found = _take_turns(ours, bare, _COUNTING, _LONG, SamplingParams(temperature=0.0))
    if len(found.pairs) < 2 * _WINDOW:
        return []
    size, end = _WINDOW * _TURN, len(found.pairs) * _TURN
    return [
        (f"tokens 1 to {size} of one reply", _Turns(found.pairs[:_WINDOW], found.same)),
        (f"tokens {end - size} to {end} of one reply", _Turns(found.pairs[-_WINDOW:], found.same)),
    ]


def _take_turns(ours: Ours, bare: Bare, text: str, count: int, params: SamplingParams) -> _Turns:
    """Write a reply to *text* of at most *count* tokens, twice.

    A turn is measured from its first tokens on, on both sides: to wake a process whose threads the scheduler then has
    to spread over the cores anew takes some ten milliseconds, which no reply pays.
    """
    prompt: tuple[int, ...] = ()
    tokens: list[int] = []
    theirs: list[int] = []
    pairs: list[Pair] = []
    since = 0.0
    awake = 0  # tokens there were when the turn's measured part began; 0 before it did
    for event in ours.stream(text, count, params):
        now = time.perf_counter()
        if isinstance(event, PromptProgress):
            prompt = event.prompt_ids or prompt
            continue
        tokens += event.trace.ids.tolist()
        if theirs and not awake:
            whole = len(event.trace) >= _TURN  # a small model: that turn has come at once, and is measured as it is
            since, awake = (since, len(theirs)) if whole else (now, len(tokens))
        if theirs and len(tokens) - awake < _TURN:
            continue
        ours.pause()
        missing = len(tokens) - len(theirs)
        if theirs:
            measured = len(tokens) - awake
            more, seconds = bare.more(missing, unmeasured=missing - measured)
            theirs += more
            pairs.append((measured / (now - since), measured / seconds))
        else:
            theirs += bare.generate(prompt, missing, params)
        awake = 0
        since = time.perf_counter()
        ours.resume()
    return _Turns(pairs, theirs == tokens[: len(theirs)])
