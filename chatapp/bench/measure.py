"""What every bench gives: parts with a ratio and a bound, and the machine they were measured on."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any, Self

import psutil

from chatapp import __version__

Pair = tuple[float, float]  # ours, bare


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison.

    ours, bare  medians in *unit*
    ratio       median over the pairs of ours/bare
    bound       of the ratio: at least this for speeds, at most this for costs
    runs        the pairs, in the order they were measured
    """

    name: str
    unit: str
    ours: float
    bare: float
    ratio: float
    bound: float
    at_least: bool
    runs: list[Pair]

    @classmethod
    def of(cls, name: str, unit: str, runs: Sequence[Pair], *, at_least: float = 0.0, at_most: float = 0.0) -> Self:
        """The part that *runs* make; give one of the bounds."""
        ours, bare = zip(*runs, strict=True)
        ratio = median(a / b for a, b in runs)
        return cls(name, unit, median(ours), median(bare), ratio, at_least or at_most, bool(at_least), list(runs))

    @property
    def passed(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; ``pass`` is `passed`."""
        return asdict(self) | {"pass": self.passed}


@dataclass(frozen=True, slots=True)
class Report:
    """What a bench found. *setup* says what was measured: model, threads, context."""

    bench: str
    parts: list[Part]
    setup: dict[str, Any]

    @property
    def passed(self) -> bool:
        """Whether every part is within its bound."""
        return all(part.passed for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, as documented in `chatapp.bench`."""
        parts = [part.to_json() for part in self.parts]
        return {"bench": self.bench, "pass": self.passed, "parts": parts, "setup": self.setup, "machine": machine()}

    def table(self) -> str:
        """For reading."""
        rows = [("part", "ours", "bare", "unit", "ratio", "bound", "runs", "")]
        for p in self.parts:
            bound = f"{'≥' if p.at_least else '≤'} {p.bound:g}"
            verdict = "ok" if p.passed else "MISSED"
            rows.append(
                (p.name, f"{p.ours:.4g}", f"{p.bare:.4g}", p.unit, f"{p.ratio:.3f}", bound, str(len(p.runs)), verdict)
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        return "".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


def interleaved(ours: Callable[[], float], bare: Callable[[], float], pairs: int) -> list[Pair]:
    """Run both in turns, A B B A A B …, so that neither is always the one that comes first."""
    found: list[Pair] = []
    for index in range(pairs):
        if index % 2:
            second = bare()
            found.append((ours(), second))
        else:
            first = ours()
            found.append((first, bare()))
    return found


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy it was at the end."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "llama_cpp_python": version("llama-cpp-python"),
        "chatapp": __version__,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - not a path of ours
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor()
