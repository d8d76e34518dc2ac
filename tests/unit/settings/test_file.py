import json
import os
import sys

import pytest

from chatapp.core.errors import ErrorCode, RequestError, StorageError
from chatapp.settings import file as settings_file
from chatapp.settings import schema
from chatapp.settings.file import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.json"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_round_trip(path):
    settings = Settings.load(path)
    assert settings.get(schema.THEME) == "auto"
    assert settings.set(schema.THEME, "dark")
    assert not settings.set(schema.THEME, "dark")
    settings.set(schema.SYSTEM_PROMPT, "한국어로 답해 주세요 😀")
    settings.set(schema.MODEL_FOLDERS, ("/models", "C:\\모델"))
    settings.set(schema.SEED, 5)
    settings.save()
    again = Settings.load(path)
    assert not again.warnings
    assert again.get(schema.THEME) == "dark"
    assert again.get(schema.SYSTEM_PROMPT) == "한국어로 답해 주세요 😀"
    assert again.get(schema.MODEL_FOLDERS) == ("/models", "C:\\모델")
    assert again.get(schema.SEED) == 5
    assert again.reset(schema.SEED)
    assert again.get(schema.SEED) is None
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_only_chosen_values_are_written(path):
    settings = Settings.load(path)
    settings.set(schema.THEME, "dark")
    settings.save()
    assert json.loads(path.read_text()) == {"version": 1, "theme": "dark"}


def test_bad_values_give_the_default_and_a_warning(path):
    write(path, '{"version": 1, "theme": "pink", "font_size": "big", "sampling.top_k": 3, "sampling.temperature": 99}')
    settings = Settings.load(path)
    assert settings.get(schema.THEME) == "auto"
    assert settings.get(schema.FONT_SIZE) == 0
    assert settings.get(schema.TOP_K) == 3
    assert [w.code for w in settings.warnings] == [ErrorCode.SETTING_IGNORED] * 3
    assert "Theme" in settings.warnings[0].message
    assert "light, dark" in settings.warnings[0].message


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", b"\xff\xfe\x00", "[" * 100_000, '{"version": 1, "theme": "dar'], ids=repr
)
def test_a_broken_file_is_set_aside(path, text):
    write(path, text)
    before = path.read_bytes()
    settings = Settings.load(path)
    (warning,) = settings.warnings
    assert warning.code is ErrorCode.SETTINGS_BROKEN
    kept = path.with_name("settings.json.broken-1")
    assert str(kept) in warning.message
    assert kept.read_bytes() == before
    settings.set(schema.THEME, "dark")
    settings.save()
    write(path, text)
    assert Settings.load(path).warnings
    assert path.with_name("settings.json.broken-2").read_bytes() == before


def test_a_byte_order_mark_is_fine(path):
    write(path, b"\xef\xbb\xbf" + b'{"theme": "dark"}')
    settings = Settings.load(path)
    assert not settings.warnings
    assert settings.get(schema.THEME) == "dark"


@pytest.mark.parametrize("version", ["null", '"x"', "-5", "0", "1.5", "true"])
def test_odd_versions(path, version):
    write(path, f'{{"version": {version}, "theme": "dark"}}')
    assert Settings.load(path).get(schema.THEME) == "dark"


def test_unknown_keys_stay(path):
    write(path, '{"version": 1, "note": ["mine", {"a": null}], "theme": "dark"}')
    settings = Settings.load(path)
    assert not settings.warnings
    settings.set(schema.THEME, "light")
    settings.save()
    assert json.loads(path.read_text())["note"] == ["mine", {"a": None}]


def test_set_refuses_and_keeps_the_old_value(path):
    settings = Settings.load(path)
    with pytest.raises(RequestError) as caught:
        settings.set(schema.TEMPERATURE, 9.0)
    assert caught.value.code is ErrorCode.INVALID_SETTING
    assert settings.get(schema.TEMPERATURE) == schema.TEMPERATURE.default


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    settings = Settings.load(path)
    settings.set(schema.THEME, "dark")
    settings.save()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings_file.os, "fsync", full)
    settings.set(schema.THEME, "light")
    with pytest.raises(StorageError) as caught:
        settings.save()
    assert caught.value.code is ErrorCode.DISK_FULL
    assert str(path) in caught.value.message
    assert Settings.load(path).get(schema.THEME) == "dark"
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, OSError, ValueError])
def test_what_is_written_in_half_leaves_nothing_behind(tmp_path, end):
    path = tmp_path / "result.npz"
    path.write_bytes(b"before")

    def write_half():
        with settings_file.replacing(path) as file:
            file.write(b"half")
            raise end

    with pytest.raises(end):
        write_half()
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_folder_in_the_way_is_one_sentence(tmp_path):
    (tmp_path / "config").write_text("a file")
    settings = Settings.load(tmp_path / "config" / "settings.json")
    settings.path = tmp_path / "config" / "settings.json"
    with pytest.raises(StorageError) as caught:
        settings.save()
    assert caught.value.code is ErrorCode.FILE_FAILED


def test_an_unreadable_file_is_never_overwritten(path):
    path.mkdir(parents=True)  # reading a folder fails, for root too
    settings = Settings.load(path)
    (warning,) = settings.warnings
    assert warning.code is ErrorCode.FOLDER_UNUSABLE
    settings.save()
    assert path.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_a_linked_file_stays_a_link(path, tmp_path):
    target = tmp_path / "dotfiles.json"
    target.write_text("{}")
    path.parent.mkdir()
    path.symlink_to(target)
    settings = Settings.load(path)
    settings.set(schema.THEME, "dark")
    settings.save()
    assert path.is_symlink()
    assert "dark" in target.read_text()


def test_lone_surrogates_are_saved(path):
    settings = Settings.load(path)
    settings.set(schema.SYSTEM_PROMPT, "a\ud800b" + os.sep)
    settings.save()
    assert not Settings.load(path).warnings
