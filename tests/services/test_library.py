"""The library of models around real files: what changes is noticed, what is asked for is done."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode
from chatapp.hub import file_import
from chatapp.hub.partial import COPYING, RECORD, beside, write_record
from chatapp.hub.remote_file import RemoteFile
from chatapp.hub.verify import Verdict
from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.services.library import LOADED_IS_GONE, LibraryService, LocalModel
from chatapp.services.notices import Level, Notice
from chatapp.settings.file import Settings
from tests.helpers.tiny_models import tiny
from tests.services.conftest import Make
from tests.unit.hub.builders import write_model


@pytest.fixture(autouse=True)
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Deleted files go to a trash in it; what is copied may fill the disk."""
    monkeypatch.setattr(file_import, "HEADROOM", 0)
    return home


@pytest.fixture
def app(make_services: Make) -> Services:
    """Services on an empty folder; no engine runs."""
    return make_services()


@pytest.fixture
def told(app: Services) -> Iterator[list[Notice]]:
    said: list[Notice] = []
    app.notices.attach(said.append)
    app.library_jobs.notices.attach(said.append)
    return said  # type: ignore[return-value]


def named(library: LibraryService, name: str) -> LocalModel:
    return next(model for model in library.models() if model.name == name)


def look(app: Services, qtbot: QtBot) -> LibraryService:
    app.library.refresh()
    qtbot.waitUntil(lambda: not app.library.is_looking)
    return app.library


def names(library: LibraryService) -> list[str]:
    return [library.name(model) for model in library.sorted_models() if not model.is_starter]


def test_names_tags_and_favourites_outlive_a_restart_and_a_move(make_services: Make, qtbot: QtBot) -> None:
    app = make_services()
    write_model(app.paths.models / "a.gguf")
    write_model(app.paths.models / "b.gguf", architecture="qwen2")
    library = look(app, qtbot)
    assert names(library) == ["a", "b"]
    b = named(library, "b")
    with qtbot.waitSignal(app.models.changed):
        library.rename(b, "  나의\n모델 ")
    library.set_tags(b, ["빠름", " ", "code", "빠름"])
    library.set_favourite(b, True)
    assert names(library) == ["나의 모델", "a"]
    app.close()
    (app.paths.models / "b.gguf").rename(app.paths.models / "elsewhere.gguf")
    again = look(make_services(), qtbot)
    assert names(again) == ["나의 모델", "a"]
    assert again.tags() == ["code", "빠름"]
    again.rename(named(again, "elsewhere"), "")
    assert names(again) == ["elsewhere", "a"]


def test_files_that_come_and_go_are_noticed(app: Services, qtbot: QtBot) -> None:
    library = look(app, qtbot)
    assert names(library) == []
    with qtbot.waitSignal(library.changed):
        shutil.copy(write_model(app.paths.data / "m.gguf"), app.paths.models / "new.gguf")
    assert names(library) == ["new"]
    with qtbot.waitSignal(library.changed):
        (app.paths.models / "new.gguf").unlink()
    assert names(library) == []


def test_the_loaded_model(tmp_path: Path, qtbot: QtBot) -> None:
    paths = Paths.under(tmp_path / "real")
    paths.ensure()
    path = shutil.copy(tiny("llama-f32"), paths.models / "m.gguf")
    app = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    said: list[Notice] = []
    app.notices.attach(said.append)
    try:
        with qtbot.waitSignal(app.engine.model_loaded, timeout=20_000):
            app.models.choose(str(path))  # before the folders were looked at, as at the start
        library = look(app, qtbot)
        assert library.notes(named(library, "m")).last_used > 0
        path.rename(paths.data / "elsewhere.gguf")
        qtbot.waitUntil(lambda: bool(said))
        assert said[0].template == LOADED_IS_GONE
        look(app, qtbot)
        assert len(said) == 1
    finally:
        app.close()


def test_folders_and_files_are_used_where_they_are(app: Services, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write_model(folder / "one.gguf")
    write_model(tmp_path / "other" / "two.gguf", architecture="qwen2")
    library = look(app, qtbot)
    with qtbot.waitSignal(library.changed):
        library.use_in_place([str(folder), str(tmp_path / "other" / "two.gguf")])
    qtbot.waitUntil(lambda: names(library) == ["one", "two"])
    with qtbot.waitSignal(library.changed):
        library.set_place_on(str(folder), False)
    assert names(library) == ["two"]
    library.set_place_on(str(folder), True)
    library.stop_using(str(tmp_path / "other" / "two.gguf"))
    qtbot.waitUntil(lambda: names(library) == ["one"])
    assert (tmp_path / "other" / "two.gguf").exists()
    shutil.rmtree(folder)
    look(app, qtbot)
    problems = [found.problem.code for found in library.looked() if found.problem]
    assert problems == [ErrorCode.FOLDER_UNREADABLE]


def test_verify_again_and_a_change_takes_the_mark_away(app: Services, qtbot: QtBot, told: list[Notice]) -> None:
    path = write_model(app.paths.models / "m.gguf")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    write_record(path, RemoteFile("o/n", "c" * 40, "m.gguf", path.stat().st_size, sha256))
    library, jobs = look(app, qtbot), app.library_jobs
    assert library.checked(named(library, "m"))[1] is Verdict.PROVEN  # when it was downloaded
    with qtbot.waitSignal(library.noted):
        jobs.verify(named(library, "m"))
    assert library.checked(named(library, "m"))[1] is Verdict.PROVEN
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, (path.stat().st_mtime + 9,) * 2)
    look(app, qtbot)
    assert library.checked(named(library, "m"))[1] is None
    with qtbot.waitSignal(library.noted):
        jobs.verify(named(library, "m"))
    assert library.checked(named(library, "m"))[1] is Verdict.DAMAGED
    qtbot.waitUntil(lambda: len(told) == 2)
    assert [notice.level for notice in told] == [Level.INFO, Level.WARNING]


def test_a_cancelled_check_says_nothing(app: Services, qtbot: QtBot, told: list[Notice]) -> None:
    for name in "ab":
        write_model(app.paths.models / f"{name}.gguf")
    library, jobs = look(app, qtbot), app.library_jobs
    for name in "aab":
        jobs.verify(named(library, name))
    assert [job.name for job in jobs.jobs()] == ["a", "b"]
    for job in jobs.jobs():
        jobs.cancel(job)
    qtbot.waitUntil(lambda: not jobs.jobs())
    assert told == []
    assert library.checked(named(library, "b")) == (0.0, None)


@pytest.mark.parametrize("move", [False, True])
def test_models_are_brought_into_the_apps_folder(
    app: Services, qtbot: QtBot, tmp_path: Path, told: list[Notice], move: bool
) -> None:
    path = write_model(tmp_path / "drop" / "sub" / "m.gguf")
    look(app, qtbot)
    with qtbot.waitSignal(app.library.changed):
        app.library_jobs.bring([str(tmp_path / "drop")], move=move)
    assert named(app.library, "m").path == app.paths.models / "m.gguf"
    assert path.exists() is not move
    assert told[0].params == {"count": "1"}
    app.library_jobs.bring([str(tmp_path / "home")], move=move)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1].level is Level.WARNING


def test_what_a_copy_left_that_ended_with_the_app_is_deleted_at_the_start(app: Services, qtbot: QtBot) -> None:
    left = beside(app.paths.models / "m.gguf", COPYING)
    left.write_bytes(b"the beginning of a model")
    app.library_jobs.start()
    qtbot.waitUntil(lambda: not left.exists())


def test_a_file_that_cannot_be_deleted_is_told_so(
    app: Services, qtbot: QtBot, told: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(app.paths.models / "m.gguf")
    library = look(app, qtbot)

    def deny(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", deny)
        app.library_jobs.delete(named(library, "m"), for_good=True)
        qtbot.waitUntil(lambda: bool(told))
    assert told[0].error is not None
    assert told[0].error.code is ErrorCode.FILE_NOT_DELETED
    assert told[0].error.params["path"] == str(path)


@pytest.mark.skipif(os.name == "nt", reason="would fill the real trash")
def test_delete_moves_all_files_to_the_trash(app: Services, qtbot: QtBot, home: Path, told: list[Notice]) -> None:
    path = write_model(app.paths.models / "o" / "n" / "m.gguf")
    write_record(path, RemoteFile("o/n", "c" * 40, "m.gguf", 1, "0" * 64))
    library = look(app, qtbot)
    with qtbot.waitSignal(library.changed):
        app.library_jobs.delete(named(library, "m"))
    assert names(library) == []
    assert list(app.paths.models.iterdir()) == []
    assert {p.name for p in (home / "Trash" / "files").iterdir()} == {"m.gguf", beside(path, RECORD).name}
    assert told[0].params == {"name": "m"}


@pytest.mark.skipif(os.name == "nt", reason="would fill the real trash")
def test_without_a_trash_it_is_asked_first(app: Services, qtbot: QtBot, home: Path) -> None:
    path = write_model(app.paths.models / "m.gguf")
    library = look(app, qtbot)
    home.rmdir()
    with qtbot.waitSignal(app.library_jobs.trash_refused):
        app.library_jobs.delete(named(library, "m"))
    assert path.exists()
    with qtbot.waitSignal(library.changed):
        app.library_jobs.delete(named(library, "m"), for_good=True)
    assert not path.exists()
