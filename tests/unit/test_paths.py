import os
import sys
from pathlib import Path

import pytest

from chatapp import paths
from chatapp.paths import Paths


def test_default_folders_are_absolute_and_chats_are_not_in_the_cache():
    found = Paths.default()
    for folder in (found.config, found.data, found.cache, found.logs, found.models):
        assert folder.is_absolute()
    assert not found.database.is_relative_to(found.cache)
    assert not found.models.is_relative_to(found.cache)


def test_under_puts_everything_inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Paths.under("some dir/데이터")
    found.ensure()
    root = tmp_path / "some dir/데이터"
    for path in (found.config, found.data, found.cache, found.logs, found.models, found.database, found.settings_file):
        assert path.is_relative_to(root)
    assert found.database == root / "conversations.sqlite3"
    assert found.logs.is_dir()
    assert found.models.is_dir()


def test_ensure_says_where_it_failed(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - any kind of OSError; its filename matters
        Paths.under(tmp_path / "file").ensure()
    assert "file" in str(caught.value.filename)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_ensure_refuses_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        Paths.under(tmp_path).ensure()
    tmp_path.chmod(0o700)


def test_resources_from_source():
    assert paths.resources() == Path(__file__).parents[2] / "resources"
    assert paths.starter_model().parent.parent == paths.resources()


def test_resources_of_a_frozen_app(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources() == tmp_path / "resources"


def test_resources_in_a_wheel(monkeypatch, tmp_path):
    package = tmp_path / "site-packages" / "chatapp"
    (package / "resources").mkdir(parents=True)
    (package.parent / "resources").mkdir()
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    assert paths.resources() == (package / "resources").resolve()
