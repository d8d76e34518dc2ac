"""How much of a model each quantization keeps.

The order follows the perplexities that llama.cpp publishes for Llama-3-8B (``QUANT_OPTIONS`` in its quantize.cpp): Q8_0
costs 0.003, Q6_K 0.02, Q5_K_M 0.06, Q4_K_M 0.18, Q4_0 0.47, Q3_K_M 0.66, Q2_K 3.5.
"""

import re
from enum import StrEnum

_ORDER = (
    "Q1_0", "IQ1_S", "TQ1_0", "IQ1_M", "IQ2_XXS", "TQ2_0", "IQ2_XS", "IQ2_S", "Q2_K_S", "IQ2_M", "Q2_K",
    "Q2_K_L", "Q2_K_XL", "IQ3_XXS", "IQ3_XS", "Q3_K_S", "IQ3_S", "IQ3_M", "Q3_K_M", "Q3_K_L", "Q3_K_XL",
    "Q4_0", "Q4_1", "IQ4_XS", "IQ4_NL", "MXFP4", "MXFP4_MOE", "NVFP4", "Q4_K_S", "Q4_K_M", "Q4_K_L", "Q4_K_XL",
    "Q5_0", "Q5_K_S", "Q5_1", "Q5_K_M", "Q5_K_L", "Q5_K_XL", "Q6_K", "Q6_K_L", "Q6_K_XL",
    "Q8_0", "Q8_K_XL", "F16", "BF16", "F32",
)  # fmt: skip
_BY_NAME = {name: at for at, name in enumerate(_ORDER)}
_BITS = re.compile(r"I?Q(\d)")


GOOD_ENOUGH = _BY_NAME["Q4_K_S"]  # less is for want of memory only


class Quality(StrEnum):
    """What to expect, from the best to the worst; the last two are for models that were made that way."""

    ORIGINAL = "original"
    NEAR = "near"
    EXCELLENT = "excellent"
    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"
    POOR = "poor"
    FOUR_BIT_FLOAT = "four_bit_float"
    TERNARY = "ternary"
    UNKNOWN = "unknown"


def rank(quantization: str) -> int:
    """Where *quantization* stands among all, higher is better; -1 when it is not known."""
    return _BY_NAME.get(quantization.removeprefix("UD-"), -1)


def quality(quantization: str) -> Quality:
    """What to expect of *quantization*, as `chatapp.hub.file_names.quantization` spells it."""
    name = quantization.removeprefix("UD-")
    found = Quality.UNKNOWN
    if name in ("F16", "BF16", "F32"):
        found = Quality.ORIGINAL
    elif name.startswith(("MXFP4", "NVFP4")):
        found = Quality.FOUR_BIT_FLOAT
    elif name.startswith("TQ"):
        found = Quality.TERNARY
    elif match := _BITS.match(name):
        by_bits = {"8": Quality.NEAR, "6": Quality.EXCELLENT, "5": Quality.VERY_GOOD, "4": Quality.GOOD}
        weaker = Quality.FAIR if rank(name) >= _BY_NAME["IQ3_S"] else Quality.WEAK
        by_bits |= {"3": weaker, "2": Quality.WEAK if name.startswith("Q") else Quality.POOR, "1": Quality.POOR}
        found = by_bits.get(match[1], Quality.UNKNOWN)
    return found
