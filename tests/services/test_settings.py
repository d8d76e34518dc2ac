"""Settings are written while the window goes on."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode
from chatapp.services.notices import Action, Notice, Notices
from chatapp.services.settings import SettingsService
from chatapp.settings import file as settings_file
from chatapp.settings.file import Settings
from chatapp.settings.schema import SEED, THEME


@pytest.fixture
def told() -> list[Notice]:
    return []


@pytest.fixture
def service(tmp_path: Path, told: list[Notice], qtbot: QtBot) -> Iterator[SettingsService]:
    notices = Notices()
    notices.attach(told.append)
    service = SettingsService(Settings.load(tmp_path / "settings.json"), notices)
    yield service
    if not service._closed:
        service.close()


def written(tmp_path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((tmp_path / "settings.json").read_text())
    return found


def test_the_window_goes_on_while_the_disk_takes_its_time(
    service: SettingsService, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, goes_on, sync = threading.Event(), threading.Event(), os.fsync

    def slow(descriptor: int) -> None:
        writing.set()
        assert goes_on.wait(10)
        sync(descriptor)

    monkeypatch.setattr(settings_file.os, "fsync", slow)
    service.set(THEME, "dark")
    qtbot.waitUntil(writing.is_set)
    passed: list[bool] = []
    QTimer.singleShot(0, lambda: passed.append(True))
    qtbot.waitUntil(lambda: bool(passed))
    service.set(SEED, 7)
    service.save()
    goes_on.set()
    service.set(THEME, "light")
    service.close()  # in order: what is newest stays
    assert (written(tmp_path)["theme"], written(tmp_path)["sampling.seed"]) == ("light", 7)


def test_a_full_disk_is_told_with_a_way_to_save_again(
    service: SettingsService, told: list[Notice], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[str] = []
    service._notices.cleared.connect(cleared.append)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(settings_file.os, "fsync", full)
        service.set(THEME, "dark")
        qtbot.waitUntil(lambda: bool(told))
    assert told[0].error is not None
    assert told[0].error.code is ErrorCode.DISK_FULL
    assert str(tmp_path / "settings.json") in told[0].message
    ((action, again),) = told[0].actions
    assert action is Action.RETRY_SAVING
    again()
    qtbot.waitUntil(lambda: cleared == [told[0].key])
    assert written(tmp_path)["theme"] == "dark"


def test_what_is_changed_after_the_end_waits_for_nothing(service: SettingsService, tmp_path: Path) -> None:
    service.set(THEME, "dark")
    service.close()
    service.set(THEME, "light")  # by a window that is closed last; a running timer would be found
    assert written(tmp_path)["theme"] == "dark"
