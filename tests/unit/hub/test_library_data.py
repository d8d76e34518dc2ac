import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.hub import file_import
from chatapp.hub.file_import import bring, model_files, remove_unfinished
from chatapp.hub.library_data import LibraryData
from chatapp.hub.partial import COPYING, RECORD, beside, lock, read_record, write_record
from chatapp.hub.remote_file import RemoteFile
from chatapp.hub.stop import Stop, Stopped
from chatapp.hub.verify import Verdict, verify
from tests.unit.hub.builders import list_models, write_model
from tests.unit.hub.test_found import digest
from tests.unit.hub.test_library import split


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "모델").mkdir()
    return tmp_path / "모델"


def test_notes_outlive_a_restart_and_follow_a_moved_file(folder, tmp_path):
    write_model(folder / "m.gguf")
    (model,) = list_models([folder])
    data = LibraryData(tmp_path / "library.json")
    assert data.note(model, name="나의 모델", tags=("한국어",), favourite=True, last_used=5.0)
    assert not data.note(model, favourite=True)
    data.save()
    (folder / "m.gguf").rename(folder / "renamed.gguf")
    moved = list_models([folder])
    again = LibraryData(tmp_path / "library.json")
    again.follow(moved)
    assert again.notes(folder / "renamed.gguf") == data.notes(folder / "m.gguf")
    assert again.notes(folder / "m.gguf").name == ""


def test_a_copy_does_not_take_the_notes_away(folder, tmp_path):
    write_model(folder / "m.gguf")
    data = LibraryData(tmp_path / "library.json")
    data.note(list_models([folder])[0], name="one")
    shutil.copy(folder / "m.gguf", folder / "a.gguf")
    copies = [model for model in list_models([folder]) if model.path.name == "a.gguf"]
    data.follow(copies)
    assert (data.notes(folder / "m.gguf").name, data.notes(folder / "a.gguf").name) == ("one", "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": 3}', '{"models": {"/x": 3}}', "[" * 100_000])
def test_notes_that_cannot_be_read_are_set_aside(tmp_path, text):
    path = tmp_path / "library.json"
    path.write_text(text)
    LibraryData(path).save()
    assert (tmp_path / "library.json.broken").read_text() == text


def test_wrong_values_are_left_out(tmp_path):
    path = tmp_path / "library.json"
    entry = {"name": 3, "tags": ["a", 4], "favourite": "yes", "last_used": 7, "new": 1}
    path.write_text(json.dumps({"models": {"/m.gguf": entry}}))
    notes = LibraryData(path).notes(tmp_path.joinpath("/m.gguf"))
    assert (notes.name, notes.tags, notes.favourite, notes.last_used) == ("", ("a",), False, 7.0)


def check(model, kept=()):
    return verify(model, kept, Stop(), lambda _: None)


def test_verify_again(folder):
    path = write_model(folder / "m.gguf")
    (model,) = list_models([folder])
    first = check(model)
    assert (first.verdict, first.sums) == (Verdict.FIRST, (digest(path),))
    assert check(model, first.sums).verdict is Verdict.SAME
    assert check(model, ["0" * 64]).verdict is Verdict.CHANGED
    write_record(path, RemoteFile("o/n", "c" * 40, "m.gguf", path.stat().st_size, digest(path)))
    (model,) = list_models([folder])
    assert (model.repo, model.commit) == ("o/n", "c" * 40)
    assert model.proven > 0
    assert check(model).verdict is Verdict.PROVEN
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, (model.proven + 5, model.proven + 5))
    (model,) = list_models([folder])
    assert model.proven == 0  # it has changed since it was downloaded
    assert check(model).verdict is Verdict.DAMAGED


def test_verify_reports_all_parts_and_can_be_stopped(folder):
    for number in range(3):
        split(folder, number)
    (model,) = list_models([folder])
    seen = []
    assert len(verify(model, (), Stop(), seen.append).sums) == 3
    assert seen[-1] == model.size
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        verify(model, (), stop, seen.append)


@pytest.mark.parametrize("move", [False, True])
def test_bring_files_into_the_models_folder(folder, tmp_path, move, monkeypatch):
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    parts = [split(folder, number) for number in range(3)]
    single = write_model(folder / "sub" / "m.gguf")
    record = RemoteFile("o/n", "c" * 40, "m.gguf", 1, "0" * 64)
    write_record(single, record)
    (folder / "read me.txt").touch()
    models = tmp_path / "models"
    models.mkdir()
    taken = write_model(models / "m.gguf", layers=5)
    seen = []
    wanted = model_files([folder, parts[1]])
    assert sorted(wanted) == sorted([parts[0], single])
    before = {path: path.read_bytes() for path in (*parts, single)}
    arrived = bring(wanted, models, Stop(), lambda *done: seen.append(done), move=move)
    assert sorted(path.name for path in arrived) == [parts[0].name, "m.gguf"]
    home = next(path for path in arrived if path.name == "m.gguf")
    assert home.parent != models  # that name was taken
    assert taken.read_bytes() != home.read_bytes()
    assert home.read_bytes() == before[single]
    assert read_record(home) == record
    assert [(models / part.name).read_bytes() for part in parts] == [before[part] for part in parts]
    assert [path.exists() for path in (*before, beside(single, RECORD))] == [not move] * 5
    assert move or seen[-1] == (sum(map(len, before.values())),) * 2


def test_what_is_stopped_or_does_not_fit_leaves_nothing(folder, tmp_path, monkeypatch):
    path = write_model(folder / "m.gguf")
    models = tmp_path / "models"
    models.mkdir()
    monkeypatch.setattr(file_import, "HEADROOM", 1 << 60)
    with pytest.raises(StorageError) as caught:
        bring([path], models, Stop(), lambda *_: None)
    assert caught.value.code is ErrorCode.FILE_NO_SPACE  # not a download's: there is nothing to resume
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        bring([path], models, stop, lambda *_: None)
    assert list(models.iterdir()) == []
    assert path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
@pytest.mark.parametrize("move", [False, True])
def test_a_link_into_anothers_store_stays_and_is_copied(folder, tmp_path, move, monkeypatch):
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    blob = write_model(folder / "blobs" / ("a" * 64))
    link = folder / "snapshots" / "c" / "m.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(Path("../..") / "blobs" / blob.name)  # as Hugging Face lays them out
    models = tmp_path / "models"
    models.mkdir()
    (arrived,) = bring([link], models, Stop(), lambda *_: None, move=move)
    assert arrived.is_file()
    assert not arrived.is_symlink()
    assert arrived.read_bytes() == link.read_bytes() == blob.read_bytes()


def test_a_copy_that_was_cut_short_is_deleted_and_a_running_one_is_not(tmp_path):
    models = tmp_path / "models"
    left = [beside(models / "m.gguf", COPYING), beside(models / "m (2)" / "m.gguf", COPYING)]
    kept = [models / "m.gguf", beside(models / "other.gguf", ".part"), models / "o" / "n" / "deep.copying"]
    running, first = (beside(models / "m (3)" / f"m-0000{n}-of-00002.gguf", COPYING) for n in (2, 1))
    for path in (*left, *kept, running, first):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    with running.open("r+b") as file:
        lock(file.fileno())
        remove_unfinished(models)
        assert running.exists()
        assert first.exists()  # of the same model, and done
    assert [path.exists() for path in (*left, *kept)] == [False, False, True, True, True]
    remove_unfinished(models)
    assert not running.exists()
    assert not first.exists()


def test_while_it_is_copied_a_model_in_parts_is_not_listed_and_holds_its_lock(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    parts = [split(folder, number) for number in range(3)]
    models = tmp_path / "models"
    models.mkdir()
    seen = []

    def report(done, _total):
        remove_unfinished(models)
        seen.append((sorted(path.suffix for path in models.iterdir()), list_models([models]), done))

    bring([parts[0]], models, Stop(), report)
    assert seen[0][0] == [COPYING]
    assert [found for _files, found, _done in seen if found] == []
    assert len(list_models([models])) == 1


@pytest.mark.parametrize(("fails", "code"), [("source", ErrorCode.MODEL_UNREADABLE), ("target", ErrorCode.FILE_FAILED)])
def test_a_failed_copy_names_the_file_that_failed(folder, tmp_path, fails, code, monkeypatch):
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    source = write_model(folder / "m.gguf")
    models = tmp_path / "models"
    models.mkdir()
    opened = Path.open

    def deny(path, mode="r", *args):
        if (path == source) is (fails == "source") and "b" in mode:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *args)

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.open", deny)
        with pytest.raises(UserFixable) as caught:
            bring([source], models, Stop(), lambda *_: None)
    assert caught.value.code is code
    assert (caught.value.params["path"] == str(source)) is (fails == "source")
    assert list(models.iterdir()) == []
