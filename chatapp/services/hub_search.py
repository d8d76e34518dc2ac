"""Search on the hub as somebody types: the newest question is asked when the typing pauses, and only it is answered."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.hub.api import UNREADABLE
from chatapp.hub.catalogue import Catalogue, HubModel, Query, Sort
from chatapp.hub.curated import PICKS, Pick
from chatapp.hub.file_names import Variant, quantization
from chatapp.hub.fit import largest_params
from chatapp.hub.forecast import Forecast, forecast
from chatapp.hub.remote_file import PUBLIC, RemoteFile, Source
from chatapp.hub.stop import Stop
from chatapp.protocol.messages import DEFAULT_CONTEXT
from chatapp.services.engine_process import EngineService
from chatapp.services.hub_access import HubAccess
from chatapp.services.hub_calls import SECONDS, HubCalls
from chatapp.services.memory import free_memory
from chatapp.services.models import ModelsService
from chatapp.services.tasks import Tasks

if TYPE_CHECKING:
    from chatapp.hub.library import LocalModel

# The ui draws these and may not import the hub.
__all__ = ["PICKS", "HubModel", "HubSearch", "Pick", "Query", "SearchState", "Sort", "Trouble"]

PAUSE = 250  # ms without a key before anything is asked
_STEPS = (30, 60, 100)  # results: as they are scrolled to, more are asked for
_KIND = "search"
_HOSTS = ("huggingface.co", "hf.co")
_ADDRESS = re.compile(r"(https?://)?(www\.)?(?P<host>[^/\s]+)/(?P<repo>[\w.-]+/[\w.-]+)([/?#]\S*)?", re.ASCII)


class SearchState(StrEnum):
    """What there is to show."""

    IDLE = "idle"  # nothing is asked
    SEARCHING = "searching"  # earlier results stay until the answer comes
    FOUND = "found"
    NOTHING = "nothing"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why there is no answer, as far as it changes what the user can do."""

    OFFLINE = "offline"
    BUSY = "busy"
    ADDRESS = "address"  # the hub's address leads nowhere, or not to a hub
    OTHER = "other"


class HubSearch(QObject):
    """Signals:

    changed()        state, results or error are others
    picks_changed()  `picks` are known, or memory is another
    local_changed()  other models are on this machine
    """

    changed = Signal()
    picks_changed = Signal()
    local_changed = Signal()

    def __init__(
        self,
        access: HubAccess,
        calls: HubCalls,
        models: ModelsService,
        engine: EngineService,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self._models = models
        self._engine = engine
        self._tasks = tasks
        self._query = Query()
        self._step = 0
        self._local: frozenset[str] | None = None
        self.state = SearchState.IDLE
        self.results: tuple[HubModel, ...] = ()
        self.error: UserFixable | None = None
        self.is_loading_more = False
        self.picks: dict[str, Forecast] = {}  # by repository
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._ask)
        models.changed.connect(self._on_models_changed)
        access.changed.connect(self._on_access_changed)

    def repository_in(self, text: str) -> str:
        """The repository whose address *text* is; "" when it is none, as most texts are."""
        found = _ADDRESS.fullmatch(text.strip())
        if found is None or found["host"].lower() not in {*_HOSTS, self._calls.source.host.lower()}:
            return ""
        return found["repo"]

    @property
    def query(self) -> Query:
        """What was asked last."""
        return self._query

    def ask(self, query: Query, *, at_once: bool = False) -> None:
        """Look for *query*, when nothing else was asked for a moment; an empty one shows nothing."""
        text = self.repository_in(query.text) or " ".join(query.text.split())
        query = replace(query, text=text, limit=_STEPS[0])
        if query == self._query and self.state is not SearchState.FAILED and not at_once:
            return
        self._query = query
        self._step = 0
        self.is_loading_more = False
        self._calls.drop(_KIND)
        if query == Query(limit=_STEPS[0]):
            self._timer.stop()
            self._show(SearchState.IDLE, ())
            return
        if self.state is not SearchState.SEARCHING:
            self._show(SearchState.SEARCHING, self.results)
        self._timer.start(0 if at_once else PAUSE)

    def retry(self) -> None:
        """Ask the same again."""
        self.ask(self._query, at_once=True)

    def more(self) -> None:
        """More results for the same question, if there are any."""
        if self.has_more and not self.is_loading_more and self.state is SearchState.FOUND:
            self._step += 1
            self.is_loading_more = True
            self.changed.emit()
            self._ask()

    @property
    def has_more(self) -> bool:
        """Whether the hub may have more than is shown."""
        return self._step + 1 < len(_STEPS) and len(self.results) >= _STEPS[self._step]

    @property
    def trouble(self) -> Trouble:
        """What kind of error `error` is."""
        if self.error is None:
            return Trouble.OTHER
        code = self.error.code
        found = {ErrorCode.HUB_BUSY: Trouble.BUSY, ErrorCode.HUB_UNREACHABLE: Trouble.OFFLINE}.get(code, Trouble.OTHER)
        no_hub = code is ErrorCode.HUB_NOT_FOUND or self.error.params.get("reason") == UNREADABLE
        source = self._calls.source
        if source.endpoint != PUBLIC and not source.offline and (no_hub or found is Trouble.OFFLINE):
            found = Trouble.ADDRESS
        return found

    def is_local(self, repo: str) -> bool:
        """Whether a model of *repo* is on this machine, as its keeper notes or as it lies there: ``…/owner/name/…``."""
        if self._local is None:
            self._local = frozenset(_repositories(self._models.models()))
        return repo.casefold() in self._local

    def largest_params(self) -> float:
        """How many billion weights this machine has room for, in four bits."""
        cards = sum(device.total for device in self._engine.devices or () if device.kind == "gpu")
        return largest_params(max(cards, int(psutil.virtual_memory().total)))

    def plan_picks(self) -> None:
        """Estimate, in the background, what the curated models would take on this machine."""
        options = replace(self._models.options(), n_ctx=DEFAULT_CONTEXT)
        devices, worker = self._engine.devices or (), self._engine.pid

        def plan() -> dict[str, Forecast]:
            memory = free_memory(worker)
            return {
                pick.repo: forecast(_variant(pick), None, pick.n_params, 0, options, devices, memory) for pick in PICKS
            }

        def take(found: dict[str, Forecast]) -> None:
            self.picks = found
            self.picks_changed.emit()

        self._tasks.run(plan, take, lambda _error: None)  # settings that go with no model

    def close(self) -> None:
        """Ask nothing any more."""
        self._timer.stop()

    def _ask(self) -> None:
        query = replace(self._query, limit=_STEPS[self._step])

        def work(source: Source, _stop: Stop) -> tuple[HubModel, ...]:
            return Catalogue(source, SECONDS).search(query)

        self._calls.ask(_KIND, work, self._on_found, self._on_failed)

    def _on_found(self, results: tuple[HubModel, ...]) -> None:
        if len(results) <= len(self.results) and self._step:
            self._step = len(_STEPS)  # there is no more
        self.is_loading_more = False
        self._show(SearchState.FOUND if results else SearchState.NOTHING, results)

    def _on_failed(self, error: UserFixable) -> None:
        if self.is_loading_more:  # what is there stays; scrolling asks again
            self.is_loading_more = False
            self._step -= 1
            self.changed.emit()
        else:
            self._show(SearchState.FAILED, (), error)

    def _show(self, state: SearchState, results: tuple[HubModel, ...], error: UserFixable | None = None) -> None:
        self.state, self.results, self.error = state, results, error
        self.changed.emit()

    def _on_access_changed(self) -> None:
        if self.state is not SearchState.IDLE:
            self.retry()

    def _on_models_changed(self) -> None:
        self._local = None
        self.local_changed.emit()


def _variant(pick: Pick) -> Variant:
    file = RemoteFile(pick.repo, "", pick.file, pick.size)
    return Variant(pick.name, (file,), quantization(pick.file))


def _repositories(models: "Iterable[LocalModel]") -> Iterable[str]:
    for model in models:
        if model.repo:
            yield model.repo.casefold()
        folders = PurePath(model.path).parts[-5:-1]
        for owner, name in itertools.pairwise(folders):
            yield f"{owner}/{name}".casefold()
