"""Sampling presets as files: round trips, names, and files that somebody else wrote."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatapp.core.errors import ErrorCode, RequestError, StorageError
from chatapp.core.sampling import SamplingParams
from chatapp.settings.presets import BUILT_IN, MAX_NAME, Preset, PresetFolder, from_text, recommended, to_text

ODD = replace(
    SamplingParams(), dry_breakers=("\n", "끝"), logit_bias=((3, -100.0),), order=SamplingParams().order[::-1]
)


@pytest.fixture
def folder(tmp_path: Path) -> PresetFolder:
    found = PresetFolder(tmp_path / "presets")
    found.load()
    return found


def names(folder: PresetFolder) -> list[str]:
    return [p.name for p in folder.all() if not p.built_in]


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda p: p.name)
def test_built_in_presets_are_usable_and_differ(preset: Preset) -> None:
    assert preset.params.checked() is preset.params
    assert len({p.params for p in BUILT_IN}) == len(BUILT_IN)


def test_a_preset_comes_back_after_a_restart(folder: PresetFolder) -> None:
    folder.create("내 설정/../../etc", ODD)
    folder.create("B", SamplingParams())
    again = PresetFolder(folder.folder)
    again.load()
    assert names(again) == ["B", "내 설정/../../etc"]
    assert again.all()[-1].params == ODD
    assert {path.parent for path in folder.folder.rglob("*")} == {folder.folder}
    assert again.warnings == []


def test_names_are_kept_apart(folder: PresetFolder) -> None:
    first = folder.create("Mine", ODD)
    for taken in ("mine", "Balanced", " MINE "):
        with pytest.raises(RequestError, match="already"):
            folder.create(taken, ODD)
    assert folder.duplicate(first).name == "Mine 2"
    assert folder.duplicate(BUILT_IN[0]).name == "Balanced 2"
    renamed = folder.rename(first, "Yours")
    assert names(folder) == ["Balanced 2", "Mine 2", "Yours"]
    folder.delete(renamed)
    assert names(folder) == ["Balanced 2", "Mine 2"]
    assert len(list(folder.folder.iterdir())) == 2


def test_only_the_case_of_a_name_may_change(folder: PresetFolder) -> None:
    assert folder.rename(folder.create("mine", ODD), "Mine") == Preset("Mine", ODD)
    again = PresetFolder(folder.folder)
    again.load()
    assert names(folder) == names(again) == ["Mine"]
    assert len(list(folder.folder.iterdir())) == 1


def test_what_cannot_be_deleted_stays_in_the_list(folder: PresetFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    preset = folder.create("Mine", ODD)

    def refuse(_path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageError) as caught:
        folder.delete(preset)
    assert caught.value.code is ErrorCode.FILE_NOT_DELETED
    assert names(folder) == ["Mine"]
    monkeypatch.undo()
    folder.delete(preset)
    assert names(folder) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * (MAX_NAME + 1), "a\nb", "a\0b", "\ud800", "a\u2028b"])
def test_names_that_cannot_be_shown_are_refused(folder: PresetFolder, name: str) -> None:
    with pytest.raises(RequestError) as caught:
        folder.create(name, ODD)
    assert caught.value.code is ErrorCode.INVALID_PRESET
    assert not folder.folder.exists()


def test_export_and_import(folder: PresetFolder, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    folder.write_out(folder.create("Mine", ODD), out)
    assert folder.take_in(out).name == "Mine 2"
    assert [p.params for p in folder.all()[-2:]] == [ODD, ODD]
    assert from_text(to_text(Preset("x", ODD))) == Preset("x", ODD)


def preset_with(**values: Any) -> str:
    data = json.loads(to_text(Preset("x", SamplingParams())))
    return json.dumps(data | {"sampling": values})


HOSTILE = [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name": "x"}', b"[" * 100_000, b" " * 2_000_000,
    b'{"format": "chatapp-sampling-preset", "name": "x", "sampling": []}',
    b'{"format": "chatapp-sampling-preset", "name": "\\u0000", "sampling": {}}',
    preset_with(temperature=1e9).encode(), preset_with(temperature="hot").encode(),
    preset_with(temperature=float("nan")).encode(), preset_with(seed=2**64).encode(),
    preset_with(order=["top_k"] * 9).encode(), preset_with(order="top_k").encode(), preset_with(order=7).encode(),
    preset_with(disabled=["../x"]).encode(), preset_with(logit_bias=[[1]]).encode(), preset_with(stop=3).encode(),
    preset_with(grammar=["x"]).encode(), preset_with(grammar="x" * 300_000).encode(),
    preset_with(mirostat=2, adaptive_target=0.5).encode(), preset_with(dry_breakers=["x" * 100]).encode(),
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused_with_a_sentence(folder: PresetFolder, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile.json"
    path.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        folder.take_in(path)
    assert caught.value.code is ErrorCode.INVALID_PRESET
    assert "hostile.json" in caught.value.message
    assert len(caught.value.message) < 500
    assert names(folder) == []


def test_files_that_cannot_be_used_stay_and_are_told(folder: PresetFolder) -> None:
    folder.create("Mine", ODD)
    (folder.folder / "zz.json").write_text("{")
    (folder.folder / "dir.json").mkdir()
    again = PresetFolder(folder.folder)
    again.load()
    assert names(again) == ["Mine"]
    assert len(again.warnings) == 2
    assert (folder.folder / "zz.json").exists()


def test_what_a_model_recommends() -> None:
    assert recommended({"general.name": "x"}) is None
    assert recommended({"general.sampling.temp": "hot"}) is None
    found = recommended(
        {"general.sampling.temp": 0.6, "general.sampling.top_k": "20", "general.sampling.penalty_repeat": 99.0}
    )
    assert found == SamplingParams(temperature=0.6, top_k=20)
