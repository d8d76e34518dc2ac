"""The catalogue, through the real hub library, against a hub on loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub import api
from chatapp.hub.catalogue import Catalogue, Query
from chatapp.hub.download import Options, download
from chatapp.hub.remote_file import Source
from chatapp.hub.stop import Stop
from tests.helpers.hub_catalogue import fill_catalogue
from tests.helpers.hub_server import COMMIT, Fault, Hub

CARD: dict[str, Any] = {
    "id": "some/tiny-GGUF",
    "author": "some",
    "downloads": 1234,
    "likes": 5,
    "gated": "manual",
    "lastModified": "2026-01-02T03:04:05.000Z",
    "pipeline_tag": "text-generation",
    "tags": ["gguf", "ko", "en", "license:apache-2.0", "text-generation"],
    "gguf": {"total": 494032768, "architecture": "qwen2", "context_length": 32768},
}


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "hub-call":
            thread.join(10)


def catalogue(hub: Hub, token: str = "", seconds: float = 10.0) -> Catalogue:
    return Catalogue(Source(hub.url, token), seconds)


def test_a_search_asks_for_what_is_wanted_and_nothing_else(hub: Hub) -> None:
    hub.cards["some/tiny-GGUF"] = CARD
    hub.cards["other/big-GGUF"] = {"id": "other/big-GGUF"}
    query = Query(" tiny ", "likes", 7, "some", "apache-2.0", "ko", "text-generation", 8)
    (found,) = catalogue(hub).search(query)
    (asked,) = hub.asked_hub  # in particular, no telemetry
    assert asked.path == "/api/models"
    assert asked.query["search"] == ["tiny"]
    assert asked.query["filter"] == ["gguf", "license:apache-2.0", "ko"]
    assert asked.query["sort"] == ["likes"]
    assert asked.query["limit"] == ["7"]
    assert asked.query["num_parameters"] == ["max:8B"]
    assert "authorization" not in asked.headers
    assert (found.repo, found.downloads, found.likes, found.gated) == ("some/tiny-GGUF", 1234, 5, True)
    assert (found.licence, found.languages, found.task) == ("apache-2.0", ("ko", "en"), "text-generation")
    assert (found.architecture, found.context_length, found.n_params) == ("qwen2", 32768, 494032768)
    assert found.modified is not None
    assert found.modified.year == 2026


def test_a_repository_that_says_little_about_itself(hub: Hub) -> None:
    hub.cards["a/b"] = {"id": "a/b", "gguf": {"total": "many"}, "tags": None, "downloads": None, "likes": -3}
    (found,) = catalogue(hub).search(Query())
    assert (found.repo, found.downloads, found.likes, found.n_params, found.gated) == ("a/b", 0, 0, 0, False)


def test_the_files_of_a_repository_can_be_downloaded_as_they_are(hub: Hub, tmp_path: Path) -> None:
    hub.add("tiny-Q8_0.gguf", b"8" * 800)
    hub.add("tiny-Q4_K_M.gguf", b"4" * 400)
    hub.add("mmproj-F16.gguf", b"m" * 50)
    hub.add("Q6_K/tiny-00001-of-00002.gguf", b"6" * 300)
    hub.add("Q6_K/tiny-00002-of-00002.gguf", b"6" * 300)
    hub.add("README.md", b"# Tiny")
    hub.cards["some/model-GGUF"] = CARD | {"id": "some/model-GGUF"}
    found = catalogue(hub).repository("some/model-GGUF")
    assert found.commit == COMMIT
    assert [variant.quantization for variant in found.models] == ["Q4_K_M", "Q6_K", "Q8_0"]
    assert [variant.name for variant in found.projectors] == ["mmproj-F16"]
    assert found.model.context_length == 32768
    variant = found.find("Q6_K/tiny-00002-of-00002.gguf")
    assert variant is not None
    assert [file.size for file in variant.files] == [300, 300]
    for file in found.files:
        options = Options(headroom=0)
        assert download(file, tmp_path, Source(hub.url), Stop(), options=options).stat().st_size == file.size
    (readme,) = (file for file in found.files if file.path == "README.md")
    assert readme.sha256 == ""


def test_a_revision_can_be_asked_for(hub: Hub) -> None:
    old = hub.add("tiny.gguf", b"8")
    hub.begin_commit("v1.0/beta")
    hub.add("tiny.gguf", b"9")
    for revision in ("v1.0/beta", old.commit):
        assert catalogue(hub).repository("some/model-GGUF", revision).files == (old,)
    assert catalogue(hub).repository("some/model-GGUF").files[0].sha256 != old.sha256


def test_the_token_opens_what_is_gated(hub: Hub) -> None:
    hub.add("tiny.gguf", b"8")
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_mine"
    for token in ("", "hf_other"):
        with pytest.raises(HubError) as caught:
            catalogue(hub, token).repository("some/model-GGUF")
        assert caught.value.code == ErrorCode.HUB_GATED
    assert catalogue(hub, "hf_mine").repository("some/model-GGUF").models


@pytest.mark.parametrize(
    ("fault", "token", "code"),
    [
        (Fault(status=404, headers={"X-Error-Code": "RepoNotFound"}), "", ErrorCode.HUB_NOT_FOUND),
        (Fault(status=404, headers={"X-Error-Code": "RevisionNotFound"}), "", ErrorCode.HUB_NOT_FOUND),
        (Fault(status=404), "", ErrorCode.HUB_NOT_FOUND),
        (Fault(status=401), "", ErrorCode.HUB_NOT_FOUND),
        (Fault(status=401), "hf_old", ErrorCode.HUB_TOKEN),
        (Fault(status=403), "", ErrorCode.HUB_FAILED),
        (Fault(status=429, headers={"Retry-After": "33"}), "", ErrorCode.HUB_BUSY),
        (Fault(status=500), "", ErrorCode.HUB_FAILED),
        (Fault(status=503), "", ErrorCode.HUB_FAILED),
        (Fault(html=True), "", ErrorCode.HUB_FAILED),
        (Fault(body=b"[1, 2]"), "", ErrorCode.HUB_FAILED),
        (Fault(body=b"{}"), "", ErrorCode.HUB_FAILED),
        (Fault(body=b""), "", ErrorCode.HUB_FAILED),
    ],
)
def test_refusals_are_told_at_once_and_asked_once(hub: Hub, fault: Fault, token: str, code: ErrorCode) -> None:
    hub.hub_faults.append(fault)
    hub.add("tiny.gguf", b"8")
    with pytest.raises(HubError) as caught:
        catalogue(hub, token).repository("some/model-GGUF")
    assert caught.value.code == code
    assert len(hub.asked_hub) == 1
    if code == ErrorCode.HUB_BUSY:
        assert "33" in caught.value.message


@pytest.mark.parametrize("token", ["hf_…abcd", "ㅗㄹ_abcd", "hf_a\u200bb", "hf_a\nb"])
def test_what_no_header_can_carry_is_no_token(hub: Hub, token: str) -> None:
    """As a shortened one, or one that was typed in Hangul."""
    with pytest.raises(HubError) as caught:
        catalogue(hub, token).repository("some/model-GGUF")
    assert caught.value.code == ErrorCode.HUB_TOKEN
    assert hub.asked_hub == []


@pytest.mark.parametrize("repo", ["a/b/c", "", "..", "a b", "../../etc"])
def test_impossible_names_are_not_asked_for(hub: Hub, repo: str) -> None:
    with pytest.raises(HubError) as caught:
        catalogue(hub).repository(repo)
    assert caught.value.code in (ErrorCode.HUB_NOT_FOUND, ErrorCode.HUB_FAILED)


def test_a_silent_hub_is_given_up_in_time(hub: Hub) -> None:
    hub.hub_faults.extend(Fault(hang_after=0) for _ in range(2))
    for ask in (lambda c: c.search(Query("x")), lambda c: c.repository("some/model")):
        began = time.monotonic()
        with pytest.raises(HubError) as caught:
            ask(catalogue(hub, seconds=0.3))
        assert caught.value.code == ErrorCode.HUB_SLOW
        assert time.monotonic() - began < 3


def test_offline_is_told_without_delay(hub: Hub) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(HubError) as caught:
        Catalogue(Source(f"http://127.0.0.1:{port}")).search(Query("x"))
    assert caught.value.code == ErrorCode.HUB_UNREACHABLE
    assert time.monotonic() - began < api.DEADLINE / 2  # no retries


def test_a_failed_call_does_not_hurt_another_ones(hub: Hub) -> None:
    """The library closes the client of all threads when one cannot connect."""
    hub.add("tiny.gguf", b"8")
    hub.hub_faults.append(Fault(hang_after=0))
    results: list[object] = []

    def ask() -> None:
        try:
            results.append(catalogue(hub).repository("some/model-GGUF"))
        except HubError as error:
            results.append(error.code)

    thread = threading.Thread(target=ask)
    thread.start()
    assert hub.hanging.wait(10)
    with pytest.raises(HubError):
        Catalogue(Source("http://127.0.0.1:1")).search(Query("x"))
    assert results == []  # still waiting for its answer
    assert catalogue(hub).repository("some/model-GGUF").models
    hub.release.set()
    thread.join(10)


def test_offline_mode_is_respected(hub: Hub) -> None:
    with pytest.raises(HubError) as caught:
        Catalogue(Source(hub.url, offline=True)).search(Query("x"))
    assert caught.value.code == ErrorCode.HUB_OFFLINE
    assert hub.asked_hub == []


def test_bugs_stay_bugs(hub: Hub) -> None:
    with pytest.raises(ZeroDivisionError):
        api.call(Source(hub.url), "x", lambda _: 1 // 0)


def test_filters_are_understood_by_the_hub_and_pages_lead_to_files(hub: Hub) -> None:
    fill_catalogue(hub)
    everything = catalogue(hub).search(Query(limit=100))
    downloads = [model.downloads for model in everything]
    assert downloads == sorted(downloads, reverse=True)
    korean = catalogue(hub).search(Query(language="ko", max_params=5, without_gated=True, sort="likes"))
    assert [model.repo.partition("/")[0] for model in korean] == ["LGAI-EXAONE", "mradermacher"]
    large = catalogue(hub).repository("bartowski/Meta-Llama-3.1-70B-Instruct-GGUF")
    assert [len(variant.files) for variant in large.models] == [1, 1, 1, 2, 2, 2, 2, 4]
    assert all(variant.is_complete for variant in large.models)


def test_a_mirror_that_leaves_out_sizes_and_hashes_is_asked_for_each_file(hub: Hub, tmp_path: Path) -> None:
    whole = hub.add("tiny-Q8_0.gguf", b"8" * 800)
    hub.tells_sizes = False
    (file,) = catalogue(hub).repository("some/model-GGUF").files
    assert file == whole
    hub.redirects = False  # nothing tells the hash then
    (file,) = catalogue(hub).repository("some/model-GGUF").files
    assert (file.size, file.sha256) == (800, "")
