import os
import sys
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub import names
from chatapp.hub.names import local_path

BAD = [
    ("../../evil.gguf", names.OUTSIDE),
    ("a/../../../evil.gguf", names.OUTSIDE),
    ("./model.gguf", names.OUTSIDE),
    ("/etc/passwd", names.EMPTY),
    ("a//b.gguf", names.EMPTY),
    ("", names.EMPTY),
    ("folder/", names.EMPTY),
    ("C:\\evil.gguf", names.CHARACTER),
    ("C:evil.gguf", names.CHARACTER),
    ("..\\evil.gguf", names.CHARACTER),
    ("\\\\server\\share.gguf", names.CHARACTER),
    ("model.gguf:stream", names.CHARACTER),
    ("mo\x00del.gguf", names.CHARACTER),
    ("mo\ndel.gguf", names.CHARACTER),
    ("model\u202efugg.exe", names.CHARACTER),  # turns the direction of writing
    ("mo\u200bdel.gguf", names.CHARACTER),  # takes no room
    ("mo\ud800del.gguf", names.CHARACTER),  # half a character
    ("model?.gguf", names.CHARACTER),
    ("model.gguf.", names.ENDING),
    ("model.gguf ", names.ENDING),
    (" model.gguf", names.ENDING),
    ("CON", names.RESERVED),
    ("nul.gguf", names.RESERVED),
    ("Com1.tar.gz", names.RESERVED),
    ("LPT¹.gguf", names.RESERVED),
    ("aux /model.gguf", names.ENDING),
    ("prn/model.gguf", names.RESERVED),
    ("model.gguf.part", names.OURS),
    ("model.gguf.SOURCE.JSON", names.OURS),
    ("x" * 300 + ".gguf", names.TOO_LONG),
    ("가" * 100 + ".gguf", names.TOO_LONG),  # three bytes each
    ("/".join("abcdefghij") + "/model.gguf", names.TOO_LONG),
]


@pytest.mark.parametrize(("path", "reason"), BAD, ids=[ascii(path)[:30] for path, _ in BAD])
def test_names_that_are_refused(tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(HubError) as caught:
        local_path(tmp_path, "some/model", path)
    assert caught.value.code == ErrorCode.DOWNLOAD_NAME
    assert caught.value.params["reason"] == reason
    assert caught.value.params["name"].isprintable()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("repo", ["../x", "some/..", "some//model", "/some/model", "", "nul/model", "a\\b/c"])
def test_repositories_are_as_untrusted_as_files(tmp_path: Path, repo: str) -> None:
    with pytest.raises(HubError):
        local_path(tmp_path, repo, "model.gguf")


@pytest.mark.parametrize(
    "path",
    ["model.gguf", "Q4_K_M/model-00001-of-00002.gguf", "모델 한글 (2).gguf", "console.gguf", "com10.gguf"],
)
def test_names_that_stay_as_they_are(tmp_path: Path, path: str) -> None:
    assert local_path(tmp_path, "some/model", path) == tmp_path / "some" / "model" / path


def test_names_that_differ_only_in_capitals_do_not_meet(tmp_path: Path) -> None:
    first = local_path(tmp_path, "some/model", "Model.gguf")
    first.parent.mkdir(parents=True)
    first.write_bytes(b"")
    assert local_path(tmp_path, "some/model", "Model.gguf") == first
    with pytest.raises(HubError) as caught:
        local_path(tmp_path, "some/model", "model.gguf")
    assert caught.value.params["reason"] == names.COLLISION


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "some/model/model.gguf").mkdir(parents=True)
    with pytest.raises(HubError) as caught:
        local_path(tmp_path, "some/model", "model.gguf")
    assert caught.value.params["reason"] == names.TAKEN


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "symlink"), reason="links")
def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "models", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "some").symlink_to(elsewhere)
    with pytest.raises(HubError) as caught:
        local_path(folder, "some/model", "model.gguf")
    assert caught.value.params["reason"] == names.OUTSIDE
    # The folder itself may be a link: that was the user's choice.
    (tmp_path / "link").symlink_to(elsewhere)
    assert local_path(tmp_path / "link", "some/model", "model.gguf")
