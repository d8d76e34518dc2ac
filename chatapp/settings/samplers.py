"""The settings of the less usual samplers; `chatapp.settings.schema` has the everyday ones and the recipe."""

from typing import Any

from chatapp.core.sampling import BOUNDS, MAX_BREAKER_LENGTH, SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.setting import Kind, Section, Setting, Special

_DEFAULTS = SamplingParams()

FREQUENCY_PENALTY: Setting[float] = Setting(
    "sampling.frequency_penalty", Kind.REAL, _DEFAULTS.frequency_penalty, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Frequency penalty"),
    QT_TRANSLATE_NOOP("settings", "Every time a word was used recently makes it less likely. Raise it a little, to "
                      "0.3, if the same words come again and again; 0 turns it off."),
    bounds=BOUNDS["frequency_penalty"],
)  # fmt: skip
PRESENCE_PENALTY: Setting[float] = Setting(
    "sampling.presence_penalty", Kind.REAL, _DEFAULTS.presence_penalty, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Presence penalty"),
    QT_TRANSLATE_NOOP("settings", "Words that were used recently at all become less likely. Raise it to bring in new "
                      "subjects; 0 turns it off."),
    bounds=BOUNDS["presence_penalty"],
)  # fmt: skip
DRY_MULTIPLIER: Setting[float] = Setting(
    "sampling.dry_multiplier", Kind.REAL, _DEFAULTS.dry_multiplier, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repetition guard (DRY)"),
    QT_TRANSLATE_NOOP("settings", "Keeps the model from repeating whole phrases, and leaves single words alone. 0.8 "
                      "is a good value if answers go round in circles; 0 turns it off."),
    bounds=BOUNDS["dry_multiplier"],
)  # fmt: skip
DRY_BASE: Setting[float] = Setting(
    "sampling.dry_base", Kind.REAL, _DEFAULTS.dry_base, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repetition guard: growth"),
    QT_TRANSLATE_NOOP("settings", "How much stronger the repetition guard (DRY) gets with each repeated token. Seldom "
                      "needs changing."),
    bounds=BOUNDS["dry_base"],
)  # fmt: skip
DRY_ALLOWED_LENGTH: Setting[int] = Setting(
    "sampling.dry_allowed_length", Kind.INTEGER, _DEFAULTS.dry_allowed_length, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repetition guard: allowed length"),
    QT_TRANSLATE_NOOP("settings", "Repeated phrases of fewer tokens than this are fine. Raise it if names or set "
                      "phrases come out wrong."),
    bounds=BOUNDS["dry_allowed_length"],
)  # fmt: skip
DRY_LAST_N: Setting[int] = Setting(
    "sampling.dry_last_n", Kind.INTEGER, _DEFAULTS.dry_last_n, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repetition guard: window"),
    QT_TRANSLATE_NOOP("settings", "How many of the last tokens the repetition guard (DRY) looks at."),
    bounds=BOUNDS["dry_last_n"], special=Special(-1, QT_TRANSLATE_NOOP("settings", "The whole conversation")),
)  # fmt: skip
DRY_BREAKERS: Setting[tuple[str, ...]] = Setting(
    "sampling.dry_breakers", Kind.TEXTS, _DEFAULTS.dry_breakers, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Repetition guard: breakers"),
    QT_TRANSLATE_NOOP("settings", "Phrases are not followed across these texts, one a line; \\n stands for a new "
                      "line. Add the names of speakers if they should come again freely."),
    bounds=(1, MAX_BREAKER_LENGTH), escaped=True,
)  # fmt: skip
TOP_N_SIGMA: Setting[float] = Setting(
    "sampling.top_n_sigma", Kind.REAL, _DEFAULTS.top_n_sigma, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Top-n-sigma"),
    QT_TRANSLATE_NOOP("settings", "Only tokens whose score is near the best one are considered: within this many "
                      "standard deviations. 1 keeps answers sensible even at a high temperature; 0 turns "
                      "it off."),
    bounds=BOUNDS["top_n_sigma"],
)  # fmt: skip
TYPICAL_P: Setting[float] = Setting(
    "sampling.typical_p", Kind.REAL, _DEFAULTS.typical_p, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Typical-p"),
    QT_TRANSLATE_NOOP("settings", "Considers the tokens that are about as surprising as the model expects, up to this "
                      "probability together. Lower it for more human-like variety; 1 turns it off."),
    bounds=BOUNDS["typical_p"],
)  # fmt: skip
XTC_PROBABILITY: Setting[float] = Setting(
    "sampling.xtc_probability", Kind.REAL, _DEFAULTS.xtc_probability, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Leave out the obvious (XTC)"),
    QT_TRANSLATE_NOOP("settings", "How often the likeliest choices are left out in favour of a less usual one. Raise "
                      "it, to 0.5, for more creative writing; 0 turns it off."),
    bounds=BOUNDS["xtc_probability"],
)  # fmt: skip
XTC_THRESHOLD: Setting[float] = Setting(
    "sampling.xtc_threshold", Kind.REAL, _DEFAULTS.xtc_threshold, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Leave out the obvious: threshold"),
    QT_TRANSLATE_NOOP("settings", "Only choices of at least this probability count as obvious. Lower values leave out "
                      "more."),
    bounds=BOUNDS["xtc_threshold"],
)  # fmt: skip
DYNATEMP_RANGE: Setting[float] = Setting(
    "sampling.dynatemp_range", Kind.REAL, _DEFAULTS.dynatemp_range, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Dynamic temperature"),
    QT_TRANSLATE_NOOP("settings", "Lets the temperature vary by this much up and down: lower where the model is sure, "
                      "higher where it is not. 0 turns it off."),
    bounds=BOUNDS["dynatemp_range"],
)  # fmt: skip
DYNATEMP_EXPONENT: Setting[float] = Setting(
    "sampling.dynatemp_exponent", Kind.REAL, _DEFAULTS.dynatemp_exponent, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Dynamic temperature: exponent"),
    QT_TRANSLATE_NOOP("settings", "Above 1 the temperature rises only where the model is very unsure, below 1 it "
                      "rises sooner."),
    bounds=BOUNDS["dynatemp_exponent"],
)  # fmt: skip
MIROSTAT: Setting[int] = Setting(
    "sampling.mirostat", Kind.INTEGER, _DEFAULTS.mirostat, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Mirostat"),
    QT_TRANSLATE_NOOP("settings", "Version 1 or 2 of a method that keeps the text equally surprising throughout. It "
                      "takes the place of top-k, top-p, min-p, typical-p, top-n-sigma and XTC."),
    bounds=BOUNDS["mirostat"], special=Special(0, QT_TRANSLATE_NOOP("settings", "Off")),
)  # fmt: skip
MIROSTAT_TAU: Setting[float] = Setting(
    "sampling.mirostat_tau", Kind.REAL, _DEFAULTS.mirostat_tau, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Mirostat: target"),
    QT_TRANSLATE_NOOP("settings", "How surprising the text should be, in bits a token. Lower is more predictable."),
    bounds=BOUNDS["mirostat_tau"],
)  # fmt: skip
MIROSTAT_ETA: Setting[float] = Setting(
    "sampling.mirostat_eta", Kind.REAL, _DEFAULTS.mirostat_eta, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Mirostat: learning rate"),
    QT_TRANSLATE_NOOP("settings", "How quickly Mirostat reacts when the text becomes too plain or too wild."),
    bounds=BOUNDS["mirostat_eta"],
)  # fmt: skip
ADAPTIVE_TARGET: Setting[float] = Setting(
    "sampling.adaptive_target", Kind.REAL, _DEFAULTS.adaptive_target, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Adaptive-p"),
    QT_TRANSLATE_NOOP("settings", "Prefers tokens of about this probability, and corrects itself over time. 0.5 gives "
                      "lively but coherent text. It cannot be used together with Mirostat."),
    bounds=(0.0, 1.0), special=Special(-1.0, QT_TRANSLATE_NOOP("settings", "Off")),
)  # fmt: skip
ADAPTIVE_DECAY: Setting[float] = Setting(
    "sampling.adaptive_decay", Kind.REAL, _DEFAULTS.adaptive_decay, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Adaptive-p: memory"),
    QT_TRANSLATE_NOOP("settings", "How long adaptive-p remembers: 0.9 is about ten tokens, 0.99 about a hundred."),
    bounds=BOUNDS["adaptive_decay"],
)  # fmt: skip
LOGIT_BIAS: Setting[tuple[tuple[int, float], ...]] = Setting(
    "sampling.logit_bias", Kind.BIASES, _DEFAULTS.logit_bias, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Token bias"),
    QT_TRANSLATE_NOOP("settings", "Makes single tokens likelier or less likely: one a line, the token's number and a "
                      "value from -100 to 100. -100 forbids the token."),
)  # fmt: skip
GRAMMAR: Setting[str] = Setting(
    "sampling.grammar", Kind.TEXT, _DEFAULTS.grammar, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "Grammar (GBNF)"),
    QT_TRANSLATE_NOOP("settings", 'Rules that the answer has to follow to the letter, for example root ::= "yes" | '
                      '"no". Empty lets the model answer freely.'),
    code="gbnf",
)  # fmt: skip
JSON_SCHEMA: Setting[str] = Setting(
    "sampling.json_schema", Kind.TEXT, _DEFAULTS.json_schema, Section.SAMPLING,
    QT_TRANSLATE_NOOP("settings", "JSON schema"),
    QT_TRANSLATE_NOOP("settings", "The answer becomes JSON of this shape, which programs can read. Limits of numbers "
                      "in it are not enforced. It cannot be used together with a grammar."),
    code="json",
)  # fmt: skip
ORDER: Setting[tuple[str, ...]] = Setting("sampling.order", Kind.TEXTS, _DEFAULTS.order)
DISABLED: Setting[tuple[str, ...]] = Setting("sampling.disabled", Kind.TEXTS, _DEFAULTS.disabled)

SAMPLERS: tuple[Setting[Any], ...] = tuple(value for value in list(globals().values()) if isinstance(value, Setting))
