"""What the sampler stages are called, and what each does, in a plain sentence."""

from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from chatapp.core.sampling import SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.schema import BY_KEY
from chatapp.ui.i18n import setting_word

# Short: they stand above narrow columns.
_TITLES: dict[str, str] = {
    "raw": QT_TRANSLATE_NOOP("StageWords", "Model"),
    "logit_bias": QT_TRANSLATE_NOOP("StageWords", "Bias"),
    "grammar": QT_TRANSLATE_NOOP("StageWords", "Grammar"),
    "penalties": QT_TRANSLATE_NOOP("StageWords", "Penalties"),
    "dry": QT_TRANSLATE_NOOP("StageWords", "DRY"),
    "top_n_sigma": QT_TRANSLATE_NOOP("StageWords", "Top-nσ"),
    "top_k": QT_TRANSLATE_NOOP("StageWords", "Top-k"),
    "typical_p": QT_TRANSLATE_NOOP("StageWords", "Typical-p"),
    "top_p": QT_TRANSLATE_NOOP("StageWords", "Top-p"),
    "min_p": QT_TRANSLATE_NOOP("StageWords", "Min-p"),
    "xtc": QT_TRANSLATE_NOOP("StageWords", "XTC"),
    "temperature": QT_TRANSLATE_NOOP("StageWords", "Temperature"),
    "draw": QT_TRANSLATE_NOOP("StageWords", "Draw"),
    "greedy": QT_TRANSLATE_NOOP("StageWords", "Likeliest"),
    "mirostat": QT_TRANSLATE_NOOP("StageWords", "Mirostat 1"),
    "mirostat_v2": QT_TRANSLATE_NOOP("StageWords", "Mirostat 2"),
    "adaptive_p": QT_TRANSLATE_NOOP("StageWords", "Adaptive-p"),
}
_SENTENCES = {
    "raw": QT_TRANSLATE_NOOP("StageWords", "What the model itself computed, before any sampler."),
    "draw": QT_TRANSLATE_NOOP(
        "StageWords", "One of the tokens that are left is drawn at random, each as often as its probability says."
    ),
    "greedy": QT_TRANSLATE_NOOP("StageWords", "At temperature 0 the likeliest token is always taken."),
    "penalties": QT_TRANSLATE_NOOP(
        "StageWords", "Tokens that were used recently become less likely, so that the text repeats itself less."
    ),
}
# The settings whose values a stage works with; the first one's explanation is the stage's.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "penalties": ("repeat_penalty", "frequency_penalty", "presence_penalty", "repeat_last_n"),
    "dry": ("dry_multiplier", "dry_base", "dry_allowed_length"),
    "xtc": ("xtc_probability", "xtc_threshold"),
    "temperature": ("temperature", "dynatemp_range"),
    "mirostat": ("mirostat", "mirostat_tau"),
    "mirostat_v2": ("mirostat", "mirostat_tau"),
    "adaptive_p": ("adaptive_target",),
    **{name: (name,) for name in ("top_n_sigma", "top_k", "typical_p", "top_p", "min_p")},
}


def stage_title(stage: str) -> str:
    """The stage's short name."""
    return QCoreApplication.translate("StageWords", _TITLES[stage])


def stage_sentence(stage: str) -> str:
    """What the stage does."""
    if stage in _SENTENCES:
        return QCoreApplication.translate("StageWords", _SENTENCES[stage])
    first = _SETTINGS.get(stage, (stage,))[0]
    return setting_word(BY_KEY[f"sampling.{first}"].description)


def stage_values(stage: str, params: SamplingParams) -> str:
    """The settings it ran with, as "Top-p 0.95"; those that are off are left out, and may be all."""
    found = []
    for name in _SETTINGS.get(stage, ()):
        setting, value = BY_KEY[f"sampling.{name}"], getattr(params, name)
        if _is_set(name, value):
            found.append(f"{setting_word(setting.title)} {_number(value)}")
    return ", ".join(found)


def _is_set(name: str, value: Any) -> bool:
    off = {"repeat_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0, "dynatemp_range": 0.0}
    return bool(value != off.get(name))


def _number(value: float) -> str:
    if isinstance(value, int):
        return QLocale().toString(value)
    return QLocale().toString(value, "g", 4)
