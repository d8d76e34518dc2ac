import logging

import pytest

from chatapp import log


@pytest.fixture(autouse=True)
def _put_back():
    yield
    log.shutdown()
    logging.getLogger("chatapp").setLevel(logging.NOTSET)


def test_writes_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv(log.LEVEL_VARIABLE, raising=False)
    path = log.setup(tmp_path / "logs")
    log.get("store").info("opened %d", 3)
    log.get("store").debug("not this")
    text = path.read_text(encoding="utf-8")
    assert "INFO    chatapp.store: opened 3" in text
    assert "not this" not in text


def test_level_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(log.LEVEL_VARIABLE, "DEBUG")
    path = log.setup(tmp_path)
    log.get("hub").debug("detail")
    assert "detail" in path.read_text(encoding="utf-8")


def test_an_unknown_level_is_said_and_ignored(tmp_path, monkeypatch):
    monkeypatch.setenv(log.LEVEL_VARIABLE, "loud")
    path = log.setup(tmp_path)
    assert "CHATAPP_LOG=loud" in path.read_text(encoding="utf-8")


def test_falls_back_to_stderr(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert log.setup(tmp_path / "file") is None
    log.get("ui").warning("hello")
    assert "hello" in capsys.readouterr().err


def test_set_up_twice_writes_once(tmp_path):
    log.setup(tmp_path)
    path = log.setup(tmp_path)
    log.get("ui").warning("once")
    assert path.read_text(encoding="utf-8").count("once") == 1


def test_rotates(tmp_path, monkeypatch):
    monkeypatch.setattr(log, "MAX_BYTES", 200)
    log.setup(tmp_path)
    for _ in range(30):
        log.get("ui").warning("x" * 50)
    assert len(list(tmp_path.iterdir())) == log.BACKUPS + 1


def test_what_is_logged_before_there_is_a_file_is_in_it(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv(log.LEVEL_VARIABLE, raising=False)
    log.hold()
    log.get("settings").warning("from the start")
    path = log.setup(tmp_path)
    assert path.read_text(encoding="utf-8").count("from the start") == 1
    assert capsys.readouterr().err == ""
