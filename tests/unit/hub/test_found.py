import errno
import hashlib
import json
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode
from chatapp.hub import found, library
from chatapp.hub.header_cache import HeaderCache
from chatapp.hub.library import Scanner, all_models, duplicates
from chatapp.hub.places import Keeper, Place, places, programs
from chatapp.hub.stop import Stop, Stopped
from tests.unit.hub.builders import list_models, write_model

posix = pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "m.gguf")


def scan(*where):
    return Scanner(HeaderCache()).scan(where)


def only(keeper, folder):
    (model,) = all_models(scan(Place(keeper, folder)))
    return model


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ollama_store(folder, model, tags, template=True):
    """As ``ollama pull`` leaves it: manifests that name blobs."""
    sha256 = digest(model)
    blob = folder / "blobs" / f"sha256-{sha256}"
    blob.parent.mkdir(parents=True)
    shutil.copy(model, blob)
    layers = [{"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{sha256}", "size": 1}]
    if template:
        layers.append({"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "0" * 64, "size": 1})
    for tag in tags:
        path = folder / "manifests" / tag
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"schemaVersion": 2, "config": {}, "layers": layers}))
    return blob


def test_ollama(tmp_path, model):
    tags = ["registry.ollama.ai/library/llama3.2/3b", "registry.ollama.ai/library/llama3.2/latest"]
    blob = ollama_store(tmp_path, model, tags)
    (blob.parent / ("sha256-" + "1" * 64 + "-partial")).write_bytes(model.read_bytes())
    listed = only(Keeper.OLLAMA, tmp_path)
    assert (listed.name, listed.path) == ("llama3.2:3b, llama3.2:latest", blob)
    assert listed.sha256 == digest(model)
    assert listed.foreign_template
    assert listed.has_template
    assert listed.keeper.program == "Ollama"


@pytest.mark.parametrize(
    ("tag", "name"),
    [("registry.ollama.ai/me/mine/1", "me/mine:1"), ("hf.co/o/Llama-GGUF/Q4_K_M", "hf.co/o/Llama-GGUF:Q4_K_M")],
)  # fmt: skip
def test_ollama_names_are_the_ones_it_prints(tmp_path, model, tag, name):
    ollama_store(tmp_path, model, [tag])
    assert only(Keeper.OLLAMA, tmp_path).name == name


@pytest.mark.parametrize("text", ["", "{", "[]", '{"layers": 3}', '{"layers": [3, {"mediaType": "x"}]}', "\udcff"])
def test_an_ollama_manifest_that_says_nothing(tmp_path, model, text):
    ollama_store(tmp_path, model, ["registry.ollama.ai/library/good/1"])
    bad = tmp_path / "manifests/registry.ollama.ai/library/bad/1"
    bad.parent.mkdir(parents=True)
    bad.write_text(text, errors="surrogateescape")
    assert only(Keeper.OLLAMA, tmp_path).name == "good:1"


def test_an_ollama_model_that_is_still_pulled_is_not_listed(tmp_path, model):
    ollama_store(tmp_path, model, ["registry.ollama.ai/library/new/1"]).unlink()
    assert all_models(scan(Place(Keeper.OLLAMA, tmp_path))) == []


@posix
def test_hugging_face(tmp_path, model):
    """As huggingface_hub leaves it: blobs, and snapshots that link to them."""
    commit = "a" * 40
    repo = tmp_path / "models--Qwen--Qwen2.5-GGUF"
    snapshot = repo / "snapshots" / commit
    for folder in (repo / "blobs", snapshot / "sub"):
        folder.mkdir(parents=True)
    blob = repo / "blobs" / digest(model)
    shutil.copy(model, blob)
    (repo / "blobs" / ("f" * 64 + ".incomplete")).write_bytes(b"GGUF")
    (snapshot / "sub" / "q4.gguf").symlink_to(f"../../../blobs/{blob.name}")
    (snapshot / "arriving.gguf").symlink_to(f"../../blobs/{'f' * 64}")
    (repo / "snapshots" / ("b" * 40)).mkdir()
    (repo / "snapshots" / ("b" * 40) / "q4.gguf").symlink_to(f"../../blobs/{blob.name}")
    (tmp_path / "datasets--x--y" / "snapshots" / "c").mkdir(parents=True)
    shutil.copy(model, tmp_path / "datasets--x--y" / "snapshots" / "c" / "data.gguf")
    listed = only(Keeper.HUGGING_FACE, tmp_path)
    assert (listed.name, listed.repo) == ("q4", "Qwen/Qwen2.5-GGUF")
    assert listed.sha256 == blob.name
    assert listed.commit in (commit, "b" * 40)


def test_lm_studio(tmp_path, model):
    path = tmp_path / "infra-ai" / "ocelot-v1" / "ocelot-q4_0.gguf"
    path.parent.mkdir(parents=True)
    shutil.copy(model, path)
    (path.parent / "downloading_big.gguf.part").write_bytes(b"GGUF")
    assert only(Keeper.LM_STUDIO, tmp_path).repo == "infra-ai/ocelot-v1"


def test_llama_cpp(tmp_path, model):
    name = "ggml-org_tiny-GGUF_tiny.gguf"
    shutil.copy(model, tmp_path / name)
    (tmp_path / f"{name}.json").write_text(
        json.dumps({"etag": "x", "url": "https://huggingface.co/ggml-org/tiny-GGUF/resolve/main/tiny.gguf"})
    )
    (tmp_path / f"{name}.etag").write_text("x")
    (tmp_path / "other.gguf.downloadInProgress").write_bytes(b"GGUF")
    assert only(Keeper.LLAMA_CPP, tmp_path).repo == "ggml-org/tiny-GGUF"


def test_jan(tmp_path, model):
    models = tmp_path / "data" / "llamacpp" / "models"
    home = models / "janhq" / "Jan-v3"
    home.mkdir(parents=True)
    shutil.copy(model, home / "model.gguf")
    (home / "model.yml").write_text(
        "embedding: false\nmodel_path: llamacpp/models/janhq/Jan-v3/model.gguf\nname: Jan v3\n"
        f"model_sha256: {digest(model)}\n"
    )
    (models / "gone").mkdir()
    (models / "gone" / "model.yml").write_text("model_path: /nowhere/x.gguf\nname: gone\n")
    listed = only(Keeper.JAN, models)
    assert (listed.name, listed.sha256) == ("Jan v3", digest(model))


def test_gpt4all_and_downloads_of_all_kinds(tmp_path, model):
    for name in ("whole", "incomplete-half", "aria", "firefox"):
        shutil.copy(model, tmp_path / f"{name}.gguf")
    (tmp_path / "aria.gguf.aria2").write_bytes(b"")
    (tmp_path / "firefox.gguf").write_bytes(b"")
    (tmp_path / "firefox.gguf.part").write_bytes(b"GGUF")
    assert only(Keeper.GPT4ALL, tmp_path).name == "whole"


def test_the_folders_of_other_programs(tmp_path):
    home, moved = tmp_path / "home", tmp_path / "moved"
    cache = home / ("Library/Caches" if sys.platform == "darwin" else "AppData/Local" if os.name == "nt" else ".cache")
    expected = {
        Keeper.HUGGING_FACE: [moved / "hf" / "hub"],
        Keeper.LM_STUDIO: [moved / "lm", home / ".lmstudio" / "models"],
        Keeper.OLLAMA: [home / ".ollama" / "models"],
        Keeper.LLAMA_CPP: [cache / "llama.cpp"],
        Keeper.JAN: [moved / "jan" / "llamacpp" / "models"],
    }
    for folder in (f for folders in expected.values() for f in folders):
        folder.mkdir(parents=True)
    (home / ".lmstudio" / "settings.json").write_text(json.dumps({"downloadsFolder": str(moved / "lm")}))
    environ = {"HF_HOME": str(moved / "hf"), "JAN_DATA_FOLDER": str(moved / "jan"), "OLLAMA_MODELS": "not/absolute"}
    there = [(p.keeper, p.folder) for p in programs(environ, home) if p.folder.is_relative_to(tmp_path)]
    assert there == [(keeper, folder) for keeper, folders in expected.items() for folder in folders]


def test_a_place_that_is_switched_off(tmp_path, monkeypatch):
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path))
    own, mine = tmp_path / "own", tmp_path / "mine"
    assert Place(Keeper.OLLAMA, tmp_path) in places(own, (str(mine),))
    left = places(own, (str(mine),), ("ollama", str(mine), str(own)))
    assert not [p for p in left if p.keeper in (Keeper.OLLAMA, Keeper.FOLDER)]
    assert left[0] == Place(Keeper.OWN, own)


def test_a_folder_that_cannot_be_looked_through_says_so(tmp_path, monkeypatch):
    looked = scan(Place(Keeper.FOLDER, tmp_path / "gone"))
    (problem,) = [look.problem for look in looked if look.problem]
    assert problem.code is ErrorCode.FOLDER_UNREADABLE
    monkeypatch.setattr(found, "MAX_ENTRIES", 3)
    for i in range(5):
        (tmp_path / f"{i}.txt").touch()
    (problem,) = [look.problem for look in scan(Place(Keeper.FOLDER, tmp_path)) if look.problem]
    assert problem.code is ErrorCode.FOLDER_TOO_LARGE


def test_a_file_nobody_says_anything_of_hides_no_others(tmp_path, model):
    """As on a network drive that is gone, or in a folder of somebody else; a name no disk takes does it for root."""
    named = [tmp_path / ("x" * 300) / "m.gguf", model]
    looked = Scanner(HeaderCache()).scan([], None, named)
    assert [found.path for found in all_models(looked)] == [model]


def test_a_drive_that_goes_while_it_is_looked_through(tmp_path, monkeypatch, model):
    for name in ("gone", "here"):
        (tmp_path / name).mkdir()
        shutil.copy(model, tmp_path / name / f"{name}.gguf")
    exists = Path.exists

    def answer(path):
        if path.name == "gone.gguf":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", answer)
    _starter, gone, here, _files = scan(
        Place(Keeper.FOLDER, tmp_path / "gone"), Place(Keeper.FOLDER, tmp_path / "here")
    )
    assert gone.problem.code is ErrorCode.FOLDER_UNREADABLE
    assert [found.path.name for found in here.models] == ["here.gguf"]


def test_a_folder_that_never_answers_does_not_hold_up_the_others(tmp_path, monkeypatch, model):
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    dead.mkdir()
    alive.mkdir()
    shutil.copy(model, alive)
    released = threading.Event()
    scandir = os.scandir

    def hanging(path):
        if str(path) == str(dead):
            released.wait(20)
            raise OSError(errno.EIO, "the drive is gone")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", hanging)
    scanner = Scanner(HeaderCache(), silence=0.15)
    where = [Place(Keeper.FOLDER, dead), Place(Keeper.FOLDER, alive)]
    for _ in range(2):  # the second look does not ask it again
        looked = scanner.scan(where)
        assert [look.problem.code for look in looked if look.problem] == [ErrorCode.FOLDER_SILENT]
        assert len(all_models(looked)) == 1
    assert [t.name for t in threading.enumerate()].count("look") == 1
    monkeypatch.setattr(library, "_TELL", 0)
    so_far = []
    Scanner(HeaderCache(), silence=0.25).scan(reversed(where), report=so_far.append)
    assert so_far
    assert all(len(all_models(looked)) == 1 for looked in so_far)
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        Scanner(HeaderCache()).scan(where, stop=stop)
    released.set()
    for thread in threading.enumerate():
        if thread.name == "look":
            thread.join()


@posix
def test_links_to_one_file_are_no_duplicates_but_copies_are(tmp_path, model):
    shutil.copy(model, tmp_path / "a.gguf")
    os.link(tmp_path / "a.gguf", tmp_path / "hard.gguf")
    (tmp_path / "soft.gguf").symlink_to(tmp_path / "a.gguf")
    write_model(tmp_path / "other.gguf", layers=3)
    assert duplicates(list_models([tmp_path])) == []
    shutil.copy(model, tmp_path / "copy.gguf")
    ((one, two),) = duplicates(list_models([tmp_path]))
    assert {one.name, two.name} == {"a", "copy"}
    data = bytearray(model.read_bytes())
    data[-1] ^= 1
    (tmp_path / "copy.gguf").write_bytes(data)
    assert duplicates(list_models([tmp_path])) == []
