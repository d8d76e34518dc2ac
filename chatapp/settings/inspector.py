"""The settings of the inspector, which it shows itself; `chatapp.settings.schema` has the recipe."""

from typing import Any

from chatapp.core.measure import RANK_BOUNDS, Measure, are_rank_bounds
from chatapp.settings.setting import Choice, Kind, Setting

_ON_OFF = (Choice("on", ""), Choice("off", ""))

TOKEN_MEASURE: Setting[str] = Setting(
    "inspector.token_measure", Kind.CHOICE, Measure.SURPRISAL.value, choices=tuple(Choice(m.value, "") for m in Measure)
)
RANK_BUCKETS: Setting[tuple[int, ...]] = Setting(
    "inspector.rank_buckets", Kind.INTEGERS, RANK_BOUNDS, bounds=(1, 1_000_000)
)  # the last rank of each colour but the last
WHOLE_PROMPT: Setting[str] = Setting("inspector.whole_prompt", Kind.CHOICE, "off", choices=_ON_OFF)
SCORE_BY_ITSELF: Setting[str] = Setting("inspector.score_by_itself", Kind.CHOICE, "on", choices=_ON_OFF)
SHOW_HINTS: Setting[str] = Setting("inspector.show_hints", Kind.CHOICE, "on", choices=_ON_OFF)
COLORS_IN_CHAT: Setting[str] = Setting("inspector.colors_in_chat", Kind.CHOICE, "off", choices=_ON_OFF)
EXPORT_FOLDER: Setting[str] = Setting("inspector.export_folder", Kind.TEXT, "")  # that was used last

INSPECTOR: tuple[Setting[Any], ...] = (
    TOKEN_MEASURE, RANK_BUCKETS, WHOLE_PROMPT, SCORE_BY_ITSELF, SHOW_HINTS, COLORS_IN_CHAT,
    EXPORT_FOLDER,
)  # fmt: skip


def rank_bounds(kept: tuple[int, ...]) -> tuple[int, ...]:
    """What `RANK_BUCKETS` says, or its default where somebody wrote nonsense into the file."""
    return kept if are_rank_bounds(kept) else RANK_BUCKETS.default
