"""Words for what hubs give as codes and numbers: licences, quantizations, badges, counts, languages."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.hub_repository import Badge, Forecast, Quality
from chatapp.ui.memory import need_text
from chatapp.ui.widgets.text import number_text

KOREAN = "ko"
LONGEST_NAME = 120  # characters of a name; hubs allow fewer, mirrors may not

LICENCE_NAMES = {
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
    "llama3.1": "Llama 3.1",
    "llama3.2": "Llama 3.2",
    "llama3.3": "Llama 3.3",
    "gemma": "Gemma",
    "exaone": "EXAONE",
    "cc-by-4.0": "CC BY 4.0",
    "cc-by-nc-4.0": "CC BY-NC 4.0",
}
_FREE = QT_TRANSLATE_NOOP("hub", "free for any use, also commercial")
_NAMED = QT_TRANSLATE_NOOP("hub", "free for any use, with its authors named")
_META = QT_TRANSLATE_NOOP("hub", "free for nearly any use; its makers' rules apply, and the largest companies must ask")
_GOOGLE = QT_TRANSLATE_NOOP("hub", "free to use; Google's terms forbid some purposes")
_PRIVATE = QT_TRANSLATE_NOOP("hub", "for research and private use, not for commercial use")
_RULES = QT_TRANSLATE_NOOP("hub", "free to use within its rules")
_OWN = QT_TRANSLATE_NOOP("hub", "terms of its own: read them on the model's page")
_NONE = QT_TRANSLATE_NOOP("hub", "No licence is given: ask the authors before you do more than try it")
_MEANINGS = {
    "apache-2.0": _FREE, "mit": _FREE, "bsd-3-clause": _FREE, "unlicense": _FREE, "cc0-1.0": _FREE,
    "cc-by-4.0": _NAMED, "cc-by-sa-4.0": _NAMED, "cc-by-3.0": _NAMED,
    "llama2": _META, "llama3": _META, "llama3.1": _META, "llama3.2": _META, "llama3.3": _META, "llama4": _META,
    "gemma": _GOOGLE, "exaone": _PRIVATE, "cc-by-nc-4.0": _PRIVATE, "cc-by-nc-sa-4.0": _PRIVATE,
    "cc-by-nc-nd-4.0": _PRIVATE, "cc-by-nc-3.0": _PRIVATE, "cc-by-nc-2.0": _PRIVATE,
    "openrail": _RULES, "creativeml-openrail-m": _RULES, "bigscience-openrail-m": _RULES, "bigcode-openrail-m": _RULES,
}  # fmt: skip
LANGUAGES = {
    "ko": QT_TRANSLATE_NOOP("hub", "Korean"),
    "en": QT_TRANSLATE_NOOP("hub", "English"),
    "ja": QT_TRANSLATE_NOOP("hub", "Japanese"),
    "zh": QT_TRANSLATE_NOOP("hub", "Chinese"),
    "de": QT_TRANSLATE_NOOP("hub", "German"),
    "fr": QT_TRANSLATE_NOOP("hub", "French"),
    "es": QT_TRANSLATE_NOOP("hub", "Spanish"),
    "pt": QT_TRANSLATE_NOOP("hub", "Portuguese"),
    "ru": QT_TRANSLATE_NOOP("hub", "Russian"),
    "vi": QT_TRANSLATE_NOOP("hub", "Vietnamese"),
}
TASKS = {
    "text-generation": QT_TRANSLATE_NOOP("hub", "Chat and text"),
    "image-text-to-text": QT_TRANSLATE_NOOP("hub", "Text about pictures"),
    "translation": QT_TRANSLATE_NOOP("hub", "Translation"),
    "summarization": QT_TRANSLATE_NOOP("hub", "Summaries"),
}
# What models are made for that do not write text; llama.cpp as it is built here has no use for them.
NOT_CHAT = frozenset({
    "text-to-image", "image-to-image", "text-to-video", "image-to-video", "text-to-speech", "text-to-audio",
    "automatic-speech-recognition", "feature-extraction", "sentence-similarity", "text-ranking", "image-to-3d",
    "text-to-3d", "object-detection", "image-classification", "text-classification", "image-segmentation",
})  # fmt: skip
_QUALITIES = {
    Quality.ORIGINAL: QT_TRANSLATE_NOOP("hub", "The original weights: large, and hardly better than Q8_0"),
    Quality.NEAR: QT_TRANSLATE_NOOP("hub", "Practically as good as the original"),
    Quality.EXCELLENT: QT_TRANSLATE_NOOP("hub", "Excellent: nearly nothing is lost"),
    Quality.VERY_GOOD: QT_TRANSLATE_NOOP("hub", "Very good: what is lost is hard to notice"),
    Quality.GOOD: QT_TRANSLATE_NOOP("hub", "Good: the usual balance of size and quality"),
    Quality.FAIR: QT_TRANSLATE_NOOP("hub", "Noticeably weaker, for when memory is short"),
    Quality.WEAK: QT_TRANSLATE_NOOP("hub", "Much weaker: makes more mistakes and loses the thread"),
    Quality.POOR: QT_TRANSLATE_NOOP("hub", "Poor: only for very large models that would not fit otherwise"),
    Quality.FOUR_BIT_FLOAT: QT_TRANSLATE_NOOP("hub", "Good, in models that were made in this format, such as gpt-oss"),
    Quality.TERNARY: QT_TRANSLATE_NOOP("hub", "Only for models that were trained for it, such as BitNet"),
    Quality.UNKNOWN: QT_TRANSLATE_NOOP("hub", "Its name does not say how it was quantized"),
}
_BADGES = {
    Badge.GPU: QT_TRANSLATE_NOOP("hub", "Fits the GPU"),
    Badge.MEMORY: QT_TRANSLATE_NOOP("hub", "Fits memory"),
    Badge.TIGHT: QT_TRANSLATE_NOOP("hub", "Tight"),
    Badge.TOO_BIG: QT_TRANSLATE_NOOP("hub", "Too big"),
}
BADGE_COLORS = {Badge.GPU: "accent", Badge.MEMORY: "text", Badge.TIGHT: "warning", Badge.TOO_BIG: "error"}
_EXACT = QT_TRANSLATE_NOOP("hub", "Worked out from the model's own header.")
_ESTIMATED = QT_TRANSLATE_NOOP("hub", "Estimated from the number of its weights, rather too high than too low.")


def name_text(name: str) -> str:
    """A name from a hub as one line of printable characters."""
    return "".join(c for c in " ".join(name.split()) if c.isprintable())[:LONGEST_NAME]


def licence_text(licence: str) -> str:
    """The licence and what it means, in a sentence."""
    if not licence:
        return _text(_NONE)
    meaning = _text(_MEANINGS.get(licence, _OWN))
    name = LICENCE_NAMES.get(licence, "") or name_text(licence)
    if licence in ("other", "unknown"):
        return meaning[:1].upper() + meaning[1:]
    return f"{name}: {meaning}"


def licence_name(licence: str) -> str:
    """The licence in a word or two; "" for none."""
    if licence in ("other", "unknown"):
        return _text(QT_TRANSLATE_NOOP("hub", "own licence"))
    return LICENCE_NAMES.get(licence, "") or name_text(licence)[:30]


def quality_text(quality: Quality) -> str:
    """What to expect of a quantization."""
    return _text(_QUALITIES[quality])


def badge_text(badge: Badge) -> str:
    """Where a model would run."""
    return _text(_BADGES[badge])


def forecast_text(forecast: Forecast) -> str:
    """The numbers behind a badge, and how they were found."""
    return f"{need_text(forecast.plan)}\n{_text(_EXACT if forecast.exact else _ESTIMATED)}"


def language_text(code: str) -> str:
    """The name of a language."""
    return _text(LANGUAGES[code])


def task_text(task: str) -> str:
    """What a model is for."""
    return _text(TASKS[task]) if task in TASKS else name_text(task)


def params_text(n_params: int) -> str:
    """How many weights, as the field writes it: "8.2B", "494M"; "" when unknown."""
    if n_params <= 0:
        return ""
    if n_params < 999_500_000:
        return f"{number_text(n_params / 1e6)}M"
    return f"{number_text(n_params / 1e9, 1 if n_params < 99_950_000_000 else 0)}B"


def count_text(count: int) -> str:
    """A large number in short: "1,234", "56k", "1.2M"."""
    if count < 10_000:
        return number_text(count)
    if count < 999_500:
        return f"{number_text(count / 1e3)}k"
    return f"{number_text(count / 1e6, 1)}M"


def date_text(moment: datetime | None) -> str:
    """The day in the user's way of writing; "" for None."""
    if moment is None:
        return ""
    # A format of dates, as Qt writes them: the short ones of systems leave open what is the day and what the month.
    written = _text(QT_TRANSLATE_NOOP("hub", "d MMM yyyy"))
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), written)


def _text(template: str) -> str:
    return QCoreApplication.translate("hub", template)
