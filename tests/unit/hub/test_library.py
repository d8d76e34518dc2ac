import os
import shutil
import struct
import sys

import pytest

from chatapp.core.errors import ErrorCode
from chatapp.hub import library
from chatapp.hub.fit import estimate
from chatapp.hub.gguf import read_header
from chatapp.hub.library import split_files
from tests.unit.hub.builders import ARCHITECTURE, list_models, pair, raw, write_model


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "모델들"
    folder.mkdir()
    return folder


def names(models):
    return [m.name for m in models]


def test_nothing(folder, tmp_path):
    assert list_models([folder, tmp_path / "missing"], tmp_path / "no-starter.gguf") == []
    (folder / "file").write_text("")
    assert list_models([folder / "file"]) == []


def test_starter_first_then_by_name(folder, tmp_path):
    starter = write_model(tmp_path / "starter" / "chatapp-starter.gguf")
    write_model(folder / "publisher" / "model" / "Zeta.GGUF")
    write_model(folder / "alpha.gguf")
    (folder / "readme.txt").write_text("hello")
    models = list_models([folder, folder, tmp_path / "starter"], starter)
    assert names(models) == ["작은 모델 (tiny)", "alpha", "Zeta"]
    assert [m.is_starter for m in models] == [True, False, False]
    assert models[1].architecture == "llama"
    assert models[1].quantization == "Q8_0"
    assert models[1].size == (folder / "alpha.gguf").stat().st_size
    assert models[1].context_length == 2048
    assert models[1].n_params > 10_000


def test_broken_files_are_listed_with_their_error(folder):
    (folder / "a text.gguf").write_text("hello")
    good = write_model(folder / "b.gguf")
    (folder / "c cut.gguf").write_bytes(good.read_bytes()[:-1000])
    (folder / "d folder.gguf").mkdir()
    models = list_models([folder])
    assert names(models) == ["a text", "b", "c cut"]
    assert [m.error and m.error.code for m in models] == [ErrorCode.MODEL_NOT_GGUF, None, ErrorCode.MODEL_TRUNCATED]


def test_companions_of_models_are_left_out(folder):
    write_model(folder / "mmproj-model-f16.gguf")
    write_model(folder / "vision.gguf", architecture="clip")
    write_model(folder / "lora.gguf", extra=lambda writer: writer.add_type("adapter"))
    assert list_models([folder]) == []


def split(folder, number, count=3, stem="big"):
    pairs = [pair("split.no", 2, struct.pack("<H", number)), pair("split.count", 2, struct.pack("<H", count))]
    if number == 0:
        pairs.append(ARCHITECTURE)
    path = folder / f"{stem}-{number + 1:05}-of-{count:05}.gguf"
    path.write_bytes(raw(pairs))
    return path


def test_a_split_model_is_one(folder):
    parts = [split(folder, i) for i in range(3)]
    (model,) = list_models([folder])
    assert model.name == "big"
    assert model.path == parts[0]
    assert model.error is None
    assert model.size == sum(p.stat().st_size for p in parts)
    assert split_files(parts[2]) == parts
    assert estimate(read_header(parts[0])).weights == model.size


@pytest.mark.parametrize("lost", [0, 1])
def test_a_split_model_with_a_part_missing(folder, lost):
    for i in {0, 1, 2} - {lost}:
        split(folder, i)
    (model,) = list_models([folder])
    assert model.error.code is ErrorCode.MODEL_TRUNCATED
    assert "1 / 3" in model.error.message


def test_a_split_model_with_a_part_cut_short(folder):
    split(folder, 0)
    split(folder, 1).write_bytes(split(folder, 2).read_bytes()[:-50])
    (model,) = list_models([folder])
    assert model.error.code is ErrorCode.MODEL_TRUNCATED


def test_a_silly_count_of_parts_is_no_split(folder):
    assert len(split_files(folder / "x-00001-of-99999.gguf")) == 1
    assert len(split_files(folder / "x-00000-of-00000.gguf")) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_links(folder, tmp_path):
    write_model(tmp_path / "blobs" / "abc")
    (folder / "linked.gguf").symlink_to(tmp_path / "blobs" / "abc")
    (folder / "again.gguf").symlink_to(tmp_path / "blobs" / "abc")
    (folder / "dangling.gguf").symlink_to(tmp_path / "nowhere")
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "self.gguf").symlink_to(folder / "self.gguf")
    (folder / "elsewhere").symlink_to(tmp_path / "other")
    write_model(tmp_path / "other" / "far.gguf")
    models = list_models([folder])
    assert names(models) == ["again", "dangling", "far"]
    assert models[1].error.code is ErrorCode.MODEL_MISSING


def test_depth_is_limited(folder):
    deep = folder.joinpath(*"abcdefgh")
    write_model(deep / "deep.gguf")
    write_model(folder.joinpath(*"abcdef") / "just.gguf")
    assert names(list_models([folder])) == ["just"]


def test_a_changed_file_is_read_again(folder):
    path = write_model(folder / "m.gguf")
    assert list_models([folder])[0].error is None
    path.write_bytes(path.read_bytes()[:-1000])
    assert list_models([folder])[0].error is not None


def test_the_list_has_an_end(folder, monkeypatch):
    monkeypatch.setattr(library, "MAX_MODELS", 3)
    original = write_model(folder / "m0.gguf")
    for i in range(1, 6):
        shutil.copy(original, folder / f"m{i}.gguf")
    assert len(list_models([folder])) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="drops privileges to test")
def test_a_folder_that_may_not_be_read(folder):
    folder.chmod(0o000)
    os.seteuid(65534)
    try:
        assert list_models([folder]) == []
    finally:
        os.seteuid(0)
