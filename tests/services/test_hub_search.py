"""Search and repository against a hub on loopback: the newest question wins, whatever the hub does meanwhile."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode
from chatapp.hub.remote_file import Source
from chatapp.services.bundle import Services
from chatapp.services.hub_repository import Badge
from chatapp.services.hub_search import HubSearch, Query, SearchState, Trouble
from tests.helpers.hub_server import COMMIT, Fault, Hub, running_hub
from tests.helpers.tiny_models import tiny
from tests.services.conftest import Make


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with running_hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        for n in range(150):
            server.cards[f"author/model-{n:03}-GGUF"] = {"id": f"author/model-{n:03}-GGUF", "downloads": 1000 - n}
        yield server
        server.release.set()  # calls that were dropped end now
        for thread in threading.enumerate():
            if thread.name in ("hub-call", "hub-connect"):
                thread.join(10)


@pytest.fixture
def idle(hub: Hub, make_services: Make) -> Services:
    """Services whose engine is not started."""
    return make_services()


@pytest.fixture
def search(idle: Services) -> HubSearch:
    return idle.hub_search


def shown(search: HubSearch) -> list[tuple[SearchState, int]]:
    seen: list[tuple[SearchState, int]] = []
    search.changed.connect(lambda: seen.append((search.state, len(search.results))))
    return seen


def answered(search: HubSearch, qtbot: QtBot, state: SearchState = SearchState.FOUND) -> None:
    qtbot.waitUntil(lambda: search.state is state, timeout=10_000)


def test_a_hundred_keystrokes_are_one_question(search: HubSearch, hub: Hub, qtbot: QtBot) -> None:
    seen = shown(search)
    text = "model-00" + "7" * 92
    for end in range(1, 101):
        search.ask(Query(text[:end] if end < 100 else "model-007"))
        qtbot.wait(1)
    answered(search, qtbot)
    assert [asked.query["search"] for asked in hub.asked_hub] == [["model-007"]]
    assert seen == [(SearchState.SEARCHING, 0), (SearchState.FOUND, 1)]
    assert search.results[0].repo == "author/model-007-GGUF"


def test_an_answer_that_comes_late_is_dropped(search: HubSearch, hub: Hub, qtbot: QtBot) -> None:
    hub.hub_faults.append(Fault(hang_after=0))
    search.ask(Query("model-001"), at_once=True)
    qtbot.waitUntil(hub.hanging.is_set, timeout=10_000)
    seen = shown(search)
    began = time.monotonic()
    search.ask(Query("model-002"), at_once=True)
    answered(search, qtbot)
    assert time.monotonic() - began < 5  # the silent one was not waited for
    hub.release.set()
    for thread in threading.enumerate():
        if thread.name == "hub-call":
            thread.join(10)
    qtbot.wait(20)
    assert search.results[0].repo == "author/model-002-GGUF"
    assert [state for state, _count in seen] == [SearchState.FOUND]


def test_more_comes_as_it_is_scrolled_to(search: HubSearch, qtbot: QtBot) -> None:
    search.ask(Query("model"), at_once=True)
    answered(search, qtbot)
    assert len(search.results) == 30
    for count in (60, 100):
        assert search.has_more
        search.more()
        assert search.is_loading_more
        search.more()  # once is enough
        qtbot.waitUntil(lambda count=count: len(search.results) == count, timeout=10_000)  # type: ignore[misc]
    assert not search.has_more
    search.ask(Query("model-00"), at_once=True)
    qtbot.waitUntil(lambda: len(search.results) == 10, timeout=10_000)
    assert not search.has_more


def test_nothing_typed_nothing_found_and_filters(search: HubSearch, hub: Hub, qtbot: QtBot) -> None:
    search.ask(Query("  no such   thing "), at_once=True)
    answered(search, qtbot, SearchState.NOTHING)
    assert hub.asked_hub[-1].query["search"] == ["no such thing"]
    search.ask(Query("  "))
    assert search.state is SearchState.IDLE
    search.ask(Query(language="ko", max_params=8), at_once=True)
    qtbot.waitUntil(lambda: search.state is not SearchState.SEARCHING, timeout=10_000)
    assert hub.asked_hub[-1].query["filter"] == ["gguf", "ko"]


@pytest.mark.parametrize(
    ("fault", "code", "trouble"),
    [
        (Fault(status=429, headers={"Retry-After": "33"}), ErrorCode.HUB_BUSY, Trouble.BUSY),
        (Fault(status=404), ErrorCode.HUB_NOT_FOUND, Trouble.ADDRESS),
        (Fault(html=True), ErrorCode.HUB_FAILED, Trouble.ADDRESS),
        (Fault(status=500), ErrorCode.HUB_FAILED, Trouble.OTHER),
    ],
)
def test_failures_say_what_kind_they_are_and_can_be_tried_again(
    search: HubSearch, hub: Hub, qtbot: QtBot, fault: Fault, code: ErrorCode, trouble: Trouble
) -> None:
    hub.hub_faults.append(fault)
    search.ask(Query("model-003"), at_once=True)
    answered(search, qtbot, SearchState.FAILED)
    assert search.error is not None
    assert search.error.code is code
    assert search.trouble is trouble
    search.retry()
    answered(search, qtbot)


def test_offline(search: HubSearch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr("chatapp.services.hub_access.HubAccess.source", lambda _: Source(address))
    search.ask(Query("x"), at_once=True)
    answered(search, qtbot, SearchState.FAILED)
    assert search.trouble is Trouble.ADDRESS  # of a hub of one's own
    monkeypatch.setattr("chatapp.services.hub_search.PUBLIC", address)
    assert search.trouble is Trouble.OFFLINE


def open_repository(services: Services, qtbot: QtBot, repo: str = "some/model-GGUF") -> None:
    services.hub_repository.open(repo, "Picture")
    qtbot.waitUntil(lambda: bool(services.hub_repository.repository or services.hub_repository.error), timeout=10_000)


def add_model(hub: Hub, **fields: Any) -> None:
    data = Path(tiny("llama-q8_0")).read_bytes()
    hub.add("tiny-Q8_0.gguf", data)
    hub.add("tiny-Q4_K_M.gguf", data[:-5000])
    hub.add("README.md", b"---\nlicense: mit\n---\n# Tiny\n![cat](cat.png)")
    hub.cards["some/model-GGUF"] = {"id": "some/model-GGUF", "gguf": {"total": 200_000, "context_length": 256}} | fields


def test_a_repository_with_its_forecasts_and_card(idle: Services, hub: Hub, qtbot: QtBot) -> None:
    add_model(hub)
    found = idle.hub_repository
    open_repository(idle, qtbot)
    qtbot.waitUntil(lambda: bool(found.forecasts) and all(f.exact for f in found.forecasts.values()), timeout=10_000)
    qtbot.waitUntil(lambda: found.card is not None, timeout=10_000)
    assert found.card is not None
    assert found.card.text == f"# Tiny\n[Picture: cat]({hub.url}/some/model-GGUF/resolve/{COMMIT}/cat.png)"
    assert found.recommended is not None
    assert found.recommended.quantization == "Q8_0"
    assert {f.badge for f in found.forecasts.values()} == {Badge.MEMORY}
    (before,) = {f.plan.need.kv_cache for f in found.forecasts.values()}
    assert found.n_ctx == 256  # it was trained for no more
    with qtbot.waitSignal(found.forecasts_changed):
        found.set_context(128)
    (after,) = {f.plan.need.kv_cache for f in found.forecasts.values()}
    assert after * 2 == before
    assert found.path(found.recommended) == ""
    target = idle.paths.models / "some" / "model-GGUF" / "tiny-Q8_0.gguf"
    target.parent.mkdir(parents=True)
    target.write_bytes(Path(tiny("llama-q8_0")).read_bytes())
    with qtbot.waitSignals([found.local_changed, idle.hub_search.local_changed]):
        idle.models.refresh()
    assert found.path(found.recommended) == str(target)
    assert idle.hub_search.is_local("some/model-GGUF")
    assert not idle.hub_search.is_local("other/model-GGUF")


def test_what_lies_in_the_cache_of_hugging_face_is_here_already(
    idle: Services, hub: Hub, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    add_model(hub)
    open_repository(idle, qtbot)
    snapshot = tmp_path / "hub" / "models--some--model-GGUF" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    shutil.copy(tiny("llama-q8_0"), snapshot / "tiny-Q8_0.gguf")
    with qtbot.waitSignal(idle.hub_repository.local_changed):
        idle.models.refresh()
    assert idle.hub_repository.repository is not None
    paths = {v.quantization: idle.hub_repository.path(v) for v in idle.hub_repository.repository.models}
    assert paths == {"Q8_0": str(snapshot / "tiny-Q8_0.gguf"), "Q4_K_M": ""}
    assert idle.hub_search.is_local("some/model-GGUF")
    assert not idle.hub_search.is_local("")


def test_gated_files_can_be_seen_and_the_forecast_is_a_guess(idle: Services, hub: Hub, qtbot: QtBot) -> None:
    add_model(hub, gated="manual")
    found = idle.hub_repository
    open_repository(idle, qtbot)
    qtbot.waitUntil(lambda: bool(found.forecasts), timeout=10_000)
    assert found.repository is not None
    assert found.repository.model.gated
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_theirs"
    found.retry()
    qtbot.waitUntil(lambda: found.error is not None, timeout=10_000)
    assert found.error is not None
    assert found.error.code is ErrorCode.HUB_GATED
    assert found.page == f"{hub.url}/some/model-GGUF"


def test_another_repository_is_opened_before_the_first_answers(idle: Services, hub: Hub, qtbot: QtBot) -> None:
    add_model(hub)
    hub.hub_faults.append(Fault(hang_after=0))
    idle.hub_repository.open("other/one", "Picture")
    qtbot.waitUntil(hub.hanging.is_set, timeout=10_000)
    open_repository(idle, qtbot)
    assert idle.hub_repository.repository is not None
    assert idle.hub_repository.repository.model.repo == "some/model-GGUF"
    idle.hub_repository.open("gone/model", "Picture")
    qtbot.waitUntil(lambda: idle.hub_repository.error is not None, timeout=10_000)
    assert idle.hub_repository.error is not None
    assert idle.hub_repository.error.code is ErrorCode.HUB_NOT_FOUND
