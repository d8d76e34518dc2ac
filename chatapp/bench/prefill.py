"""``bench prefill``: from sending a prompt to its first token, against llama_decode over the same tokens."""

from itertools import count

from chatapp.bench.measure import Part, Report, interleaved
from chatapp.bench.sides import Bare, Ours, prose
from chatapp.core.generation import SamplingParams

BOUND = 0.98
_LENGTHS = (512, 2048)  # tokens
_ROOM = 64  # tokens of context beyond the longest prompt


def run(model: str, *, n_threads: int, quick: bool = False) -> Report:
    """Measure prompts of every length; only the shorter one when *quick*."""
    lengths, pairs = (_LENGTHS[:1], 3) if quick else (_LENGTHS, 9)
    with Ours(model, lengths[-1] + _ROOM, n_threads) as ours, Bare(model, ours.info.n_ctx, n_threads) as bare:
        parts = [_of_length(ours, bare, length, pairs) for length in lengths]
        setup = ours.setup() | {"n_threads": n_threads}
    return Report("prefill", parts, setup)


def _of_length(ours: Ours, bare: Bare, length: int, pairs: int) -> Part:
    params = SamplingParams(temperature=0.0)
    numbers = count()

    def fresh() -> tuple[str, list[int]]:
        """A prompt nobody has seen: nothing of it is in a cache."""
        number = next(numbers)
        text = f"{number} {prose(bare, length - 2, length + number)}"
        return text, bare.tokenize(text)

    def our_speed() -> float:
        text, tokens = fresh()
        return len(tokens) / ours.first_token(text, params)

    def bare_speed() -> float:
        _text, tokens = fresh()
        return len(tokens) / bare.begin(tokens, params)[1]

    ours.first_token("Hello", params)
    bare.begin(bare.tokenize("Hello"), params)
    return Part.of(f"{length} tokens", "tokens/s", interleaved(our_speed, bare_speed, pairs), at_least=BOUND)
