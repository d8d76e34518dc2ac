"""The Korean translation is complete: every string of the source is in the .ts, translated, with its placeholders."""

import importlib.util
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"\{[^}]*\}")
HANGUL = re.compile(r"[가-힣]")
# The same in Korean: names, formulas, and texts that consist of placeholders.
KEY_NAMES = {("Escape", "Esc")}
SAME = re.compile(
    r"(ChatApp|GGUF|Python|Qt|Top-k|Top-p|Top-n-sigma|Typical-p|Top-nσ|Min-p|Adaptive-p|DRY|XTC|Enter|[AB]"
    r"|\{\w+\}|[\W\d_])+"
)


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _messages() -> list[tuple[str, str, str]]:
    root = ET.parse(ROOT / "resources" / "i18n" / "chatapp_ko.ts").getroot()
    return [
        (context.findtext("name", ""), message.findtext("source", ""), message.findtext("translation", ""))
        for context in root.iter("context")
        for message in context.iter("message")
    ]


def _strings(ts: Path) -> set[tuple[str, str]]:
    root = ET.parse(ts).getroot()
    return {(c.findtext("name", ""), m.findtext("source", "")) for c in root.iter("context") for m in c.iter("message")}


def test_the_file_holds_exactly_the_strings_of_the_source(translations: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "chatapp_ko.ts"
    shutil.copy(translations.TS, copy)
    assert translations.update(copy) == 0
    new, gone = _strings(copy) - _strings(translations.TS), _strings(translations.TS) - _strings(copy)
    assert not new, "run: python packaging/translations.py update, then translate these"
    assert not gone, "run: python packaging/translations.py update; these are no longer in the source"


def test_nothing_is_unfinished(translations: ModuleType) -> None:
    assert translations.unfinished() == []


def test_placeholders_survive_translation() -> None:
    broken = [m for m in _messages() if sorted(PLACEHOLDER.findall(m[1])) != sorted(PLACEHOLDER.findall(m[2]))]
    assert not broken


def test_everything_is_korean_but_names() -> None:
    foreign = [
        (context, source, translation)
        for context, source, translation in _messages()
        if not HANGUL.search(translation) and not (translation == source and SAME.fullmatch(source))
    ]
    assert not [m for m in foreign if m[1:] not in KEY_NAMES]


def test_compiling_makes_a_file_that_qt_can_read(translations: ModuleType, tmp_path: Path) -> None:
    qm = tmp_path / "chatapp_ko.qm"
    assert translations.is_stale(qm=qm)
    assert translations.compile_ts(qm=qm) == 0
    assert not translations.is_stale(qm=qm)
    assert qm.stat().st_size > 10_000
