"""One step as a card: what happens in plain words, the formula, and the numbers with what was recomputed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.core.step_by_step import Difference
from chatapp.protocol.messages import StepsTaken
from chatapp.ui.inspector.number_strip import NumberStrip, number
from chatapp.ui.inspector.numbers import count, percent
from chatapp.ui.inspector.stage_words import stage_title
from chatapp.ui.inspector.step_words import StepWords, said

_SHOWN = 6  # candidates in a table
_EXACT = 1e-6  # as a share: the last digits of float arithmetic


@dataclass(frozen=True, slots=True)
class Shown:
    """What the cards of one answer share. *tokens* and *top* are texts of the prefix's tokens and of the likeliest."""

    taken: StepsTaken
    differences: Mapping[str, Difference]
    tokens: Sequence[str]
    top: Sequence[str]

    def captured(self, part: str) -> NDArray[np.float32] | None:
        """None where the model has no such part."""
        return self.taken.arrays.get(f"captured.{part}")

    def recomputed(self, part: str) -> NDArray[np.float32] | None:
        """None where it was not."""
        return self.taken.arrays.get(f"recomputed.{part}")


class StepCard(QFrame):
    """Signals:

    step_wanted(int)  another step, by its place in the list
    tab_wanted(str)   another tab, by its object name
    """

    step_wanted = Signal(int)
    tab_wanted = Signal(str)

    def __init__(self, at: int, words: Sequence[StepWords], shown: Shown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        step = words[at]
        self.setObjectName(f"step_{step.key}")
        self.setProperty("card", "true")
        self.setAccessibleName(f"{at + 1}. {said(step.title)}")
        self._shown = shown
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 14)
        self._column.setSpacing(5)
        self._column.addWidget(_label(f"{at + 1}. {said(step.title)}", "heading"))
        self._column.addWidget(_label(said(step.text)))
        formula = QLabel(step.formula, self)
        formula.setObjectName("stepFormula")
        formula.setTextFormat(Qt.TextFormat.RichText)  # our own, never the model's
        formula.setWordWrap(True)
        formula.setProperty("role", "formula")
        self._column.addWidget(formula)
        facts = self._facts(step.key)
        if facts:
            self._column.addWidget(_label(facts, "small"))
        for part, name in step.parts:
            self._add_part(step.key, part, said(name))
        self._column.addLayout(self._links(at, words))

    def _facts(self, key: str) -> str:
        """The numbers of this model that the formula has."""
        facts, taken = self._shown.taken.facts, self._shown.taken
        told: dict[str, Callable[[], str]] = {
            "embedding": lambda: self.tr("token “{token}” has number {id}").format(
                token=self._shown.tokens[-1], id=int(taken.arrays["ids"][-1])
            ),
            "norm": lambda: f"ε = {facts['eps']:.3g}",
            "qkv": lambda: self.tr("layer {layer}, head {head}; keys and values of group {group} of {groups}").format(
                layer=taken.layer + 1, head=taken.head + 1, group=taken.kv_head + 1, groups=facts["n_head_kv"]
            ),
            "rope": lambda: self.tr("position {position}, base {base}, {size} numbers are turned").format(
                position=len(taken.arrays["ids"]) - 1,
                base=number(facts.get("rope_base", float("nan"))),
                size=facts.get("rope_size", "–"),
            ),
            "scaled": lambda: self.tr("d = {size}, multiplied by {scale}").format(
                size=facts["head_size"], scale=f"{facts['scale']:.4g}"
            ),
            "ffn": lambda: f"act = {facts.get('activation', '–')}",
            "sampling": lambda: self.tr("temperature {temperature}; {left} tokens are left after: {stages}").format(
                temperature=f"{facts['temperature']:.4g}",
                left=count(facts["left"]),
                stages=", ".join(stage_title(stage) for stage in facts["stages"][1:]) or "–",
            ),
        }
        return told[key]() if key in told else ""

    # -- numbers -------------------------------------------------------------------------------------------------------

    def _add_part(self, key: str, part: str, name: str) -> None:
        captured, recomputed = self._shown.captured(part), self._shown.recomputed(part)
        values = captured if captured is not None else recomputed
        if values is None or values.ndim != 1:
            return
        if part in ("logits", "chosen"):
            self._add_table(part, values)
        else:
            finite = values[np.isfinite(values)]
            low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
            of = self.tr("{count} numbers, {low} to {high}").format(
                count=count(len(values)), low=number(low), high=number(high)
            )
            self._column.addWidget(_label(f"{name}: {of}", "small"))
            strip = NumberStrip(self)
            strip.setObjectName(f"numbers_{part}")
            strip.setAccessibleName(name)
            names = self._shown.tokens if part in ("scores", "scaled", "weights") else ()
            from_mean = part in ("scores", "scaled")  # softmax takes no notice of what all of them share
            strip.show_numbers(values, recomputed if captured is not None else values, names, from_mean=from_mean)
            self._column.addWidget(strip)
        told = self._told(part)
        if told:
            label = _label(told, "small")
            label.setObjectName(f"difference_{part}")
            self._column.addWidget(label)

    def _told(self, part: str) -> str:
        """How far what was recomputed is from what the model has, or why it was not."""
        found = self._shown.differences.get(part)
        if found is not None:
            if found.share < _EXACT:
                return self.tr("Recomputed in NumPy: the same (largest difference {largest}).").format(
                    largest=number(found.largest)
                )
            return self.tr("Recomputed in NumPy: largest difference {largest}, {share} of the largest number.").format(
                largest=number(found.largest), share=percent(found.share)
            )
        reason = self._shown.taken.reasons.get(part, "")
        if not reason:
            return ""
        text = QCoreApplication.translate("reasons", reason).format(architecture=self._shown.taken.architecture)
        return text[:1].upper() + text[1:] + "."

    def _add_table(self, part: str, values: NDArray[np.float32]) -> None:
        """The likeliest tokens; the model's number, and the recomputed one or the raw probability."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(3, 1)
        again = self._shown.recomputed(part)
        raw: list[float] = self._shown.taken.facts["raw"]
        heads = (
            (self.tr("token"), self.tr("logit"), self.tr("recomputed") if again is not None else "")
            if part == "logits"
            else (self.tr("token"), self.tr("of the model"), self.tr("after the samplers"))
        )
        for at, head in enumerate(heads):
            grid.addWidget(_label(head, "small"), 0, at)
        for row in range(min(_SHOWN, len(values))):
            cells = [f"“{self._shown.top[row]}”"]
            if part == "logits":
                cells += [number(float(values[row])), number(float(again[row])) if again is not None else ""]
            else:
                cells += [percent(raw[row]), percent(float(values[row]))]
            for at, cell in enumerate(cells):
                label = _label(cell)
                label.setWordWrap(False)
                if at:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(label, row + 1, at)
        self._column.addLayout(grid)

    # -- links ---------------------------------------------------------------------------------------------------------

    def _links(self, at: int, words: Sequence[StepWords]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        if at:
            row.addWidget(self._link("previousStep", self.tr("↑ Previous"), said(words[at - 1].title), at - 1))
        if at + 1 < len(words):
            row.addWidget(self._link("nextStep", self.tr("↓ Next"), said(words[at + 1].title), at + 1))
        else:
            row.addWidget(self._link("firstStep", self.tr("↑ From the top"), said(words[0].title), 0))
        row.addStretch(1)
        tab = words[at].tab
        if tab:
            names = {
                "attentionTab": self.tr("All heads: Attention"),
                "samplingTab": self.tr("Play with it: Sampling"),
                "layersTab": self.tr("Every layer: Layers"),
            }
            link = self._link("openTab", names[tab], "", None)
            link.clicked.connect(lambda: self.tab_wanted.emit(tab))
            row.addWidget(link)
        return row

    def _link(self, name: str, text: str, tip: str, target: int | None) -> QPushButton:
        link = QPushButton(text, self)
        link.setObjectName(name)
        link.setToolTip(tip)
        link.setAccessibleName(f"{text} {tip}".strip())
        link.setProperty("link", "true")
        if target is not None:
            link.clicked.connect(lambda: self.step_wanted.emit(target))
        return link


def _label(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
