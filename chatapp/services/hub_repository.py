"""One repository of the hub: its files, its card, and what each of them would take on this machine."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from chatapp import log
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.hub.catalogue import Catalogue, Repository
from chatapp.hub.file_names import Variant
from chatapp.hub.forecast import Badge, Forecast, forecast, is_same_model, key, recommended
from chatapp.hub.header_reader import BrokenHeaderError
from chatapp.hub.quality import GOOD_ENOUGH, Quality, quality, rank
from chatapp.hub.remote_file import Source
from chatapp.hub.stop import Stop
from chatapp.protocol.messages import DEFAULT_CONTEXT
from chatapp.services.engine_process import EngineService
from chatapp.services.hub_access import HubAccess
from chatapp.services.hub_calls import SECONDS, HubCalls
from chatapp.services.memory import free_memory
from chatapp.services.models import ModelsService
from chatapp.services.tasks import Tasks

if TYPE_CHECKING:
    from chatapp.hub.card import Card
    from chatapp.hub.gguf import GgufHeader

# The ui draws these and may not import the hub.
__all__ = ["Badge", "Forecast", "HubRepository", "Quality", "Repository", "Variant", "key", "quality"]

CONTEXTS = (2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072)  # tokens that can be chosen
_KINDS = ("repository", "header", "card")
_log = log.get("hub")


class HubRepository(QObject):
    """Signals:

    changed()            another repository, or what is known of it: `repository` or `error`
    forecasts_changed()  `forecasts`, `recommended` and `exact` are others
    card_changed()       `card` or `card_error` is there
    local_changed()      other models are on this machine
    """

    changed = Signal()
    forecasts_changed = Signal()
    card_changed = Signal()
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
        self._picture = ""
        self._planned = 0  # counts plans: only the latest is taken
        self._forget("")
        self._access = access
        access.changed.connect(self._on_access_changed)
        models.changed.connect(self.local_changed)
        models.plans_changed.connect(self.plan_again)  # free memory or options may be others

    def _forget(self, repo: str) -> None:
        self.repo = repo
        self.repository: Repository | None = None
        self.error: UserFixable | None = None
        self.card: Card | None = None
        self.card_error: UserFixable | None = None
        self.access_refused = False
        self.n_ctx = 0
        self.forecasts: dict[str, Forecast] = {}
        self.recommended: Variant | None = None
        self._header: tuple[Variant, GgufHeader] | None = None

    def open(self, repo: str, picture: str) -> None:
        """Ask the hub for *repo*; *picture* is what to call the pictures of its card, in the user's language."""
        self._picture = picture
        self._forget(repo)
        for kind in _KINDS:
            self._calls.drop(kind)
        self.changed.emit()

        def get(source: Source, _stop: Stop) -> Repository:
            return Catalogue(source, SECONDS).repository(repo)

        self._calls.ask("repository", get, self._on_repository, self._on_failed)

    def retry(self) -> None:
        """Ask again."""
        self.open(self.repo, self._picture)

    def close(self) -> None:
        """Nothing of it is wanted any more."""
        for kind in _KINDS:
            self._calls.drop(kind)
        self._forget("")

    @property
    def page(self) -> str:
        """Its address on the hub, for a browser."""
        return self._access.page(self.repo)

    @property
    def has_token(self) -> bool:
        """Whether the hub is asked with an access token."""
        return bool(self._calls.source.token)

    def contexts(self) -> list[int]:
        """Context lengths to choose from, in tokens; none above what the model was trained for."""
        trained = self._trained()
        found = {n for n in (*CONTEXTS, self.n_ctx) if 0 < n <= (trained or DEFAULT_CONTEXT * 4)}
        return sorted(found | ({trained} if 0 < trained <= CONTEXTS[-1] else set()))

    @property
    def is_open(self) -> bool:
        """Whether the hub gives us its files; True while that is not known of those that anyone can have."""
        return self._header is not None or (self.repository is not None and not self.repository.model.gated)

    @property
    def is_compromise(self) -> bool:
        """Whether all that fits has lost much, so that a model with fewer weights would be the better choice."""
        return self.recommended is not None and rank(self.recommended.quantization) < GOOD_ENOUGH

    def set_context(self, n_ctx: int) -> None:
        """Work out everything for *n_ctx* tokens of context."""
        self.n_ctx = n_ctx
        self.plan_again()

    def path(self, variant: Variant) -> str:
        """Where *variant* is on this machine; "" when it is not, or should be fetched again."""
        repo, file = self.repo.casefold(), f"/{variant.files[0].path}".casefold()
        for model in self._models.models():
            path = model.path.as_posix().casefold()
            # ``…/owner/name/file``, or wherever a keeper that knows the repository has the file: Hugging Face's cache.
            is_it = path.endswith(f"/{repo}{file}") or (model.repo.casefold() == repo and path.endswith(file))
            if is_it and self._models.is_whole(model):
                return str(model.path)
        return ""

    def plan_again(self) -> None:
        """Work out anew what the files take, in the background."""
        repository = self.repository
        if repository is None:
            return
        self._planned += 1
        number = self._planned
        options = replace(self._models.options(), n_ctx=self.n_ctx)
        devices, worker, read = self._engine.devices or (), self._engine.pid, self._header

        def plan() -> dict[str, Forecast]:
            memory = free_memory(worker)
            found = {}
            for variant in repository.models:
                header = read[1] if read and is_same_model(variant, read[0]) else None
                known = repository.model
                try:
                    found[key(variant)] = forecast(
                        variant, header, known.n_params, known.context_length, options, devices, memory
                    )
                except UserFixable as error:  # these settings do not go with this model
                    _log.info("no forecast for %s: %s", variant.name, error)
            return found

        def take(found: dict[str, Forecast]) -> None:
            if number == self._planned and self.repository is repository:
                self.forecasts = found
                self.recommended = recommended(found, repository.models, repository.model.n_params)
                self.forecasts_changed.emit()

        self._tasks.run(plan, take)

    def _trained(self) -> int:
        if self._header is not None:
            return self._header[1].context_length
        return self.repository.model.context_length if self.repository else 0

    def _on_repository(self, repository: Repository) -> None:
        self.repository = repository
        wanted = self._models.options().n_ctx or DEFAULT_CONTEXT
        self.n_ctx = min(wanted, repository.model.context_length or wanted)
        self.changed.emit()
        self.plan_again()
        self._ask_header(repository)
        if any(file.path == "README.md" for file in repository.files):
            self._ask_card(repository)

    def _ask_header(self, repository: Repository) -> None:
        variant = next((variant for variant in repository.models if variant.is_complete), None)
        if variant is None:
            return

        def read(source: Source, stop: Stop) -> "GgufHeader | None":
            from chatapp.hub.remote_header import remote_header  # noqa: PLC0415 - TLS and HTTP: not before the window

            try:
                return remote_header(variant.files[0], source, stop, SECONDS)
            except BrokenHeaderError as error:
                _log.info("the header of %s cannot be read: %s", variant.files[0].path, error)
                return None

        def take(header: "GgufHeader | None") -> None:
            if header is not None:
                self._header = variant, header
                self.n_ctx = min(self.n_ctx, header.context_length or self.n_ctx)
                self.plan_again()

        self._calls.ask("header", read, take, self._on_header_failed)

    def _on_header_failed(self, error: UserFixable) -> None:
        if error.code is ErrorCode.HUB_GATED:  # its files are closed to us although it can be seen
            self.access_refused = True
            self.forecasts_changed.emit()
        _log.info("no header: %s", error)

    def _ask_card(self, repository: Repository) -> None:
        repo, picture = self.repo, self._picture

        def fetch(source: Source, stop: Stop) -> "Card":
            from chatapp.hub.card import fetch_card  # noqa: PLC0415 - TLS and HTTP: not before the window

            return fetch_card(repo, repository.commit, source, stop, SECONDS, picture)

        self._calls.ask("card", fetch, self._on_card, self._on_card_failed)

    def _on_card(self, card: "Card") -> None:
        self.card = card
        self.card_changed.emit()

    def _on_card_failed(self, error: UserFixable) -> None:
        self.card_error = error
        self.card_changed.emit()

    def _on_access_changed(self) -> None:
        if self.repo:  # another token may open what was closed
            self.retry()

    def _on_failed(self, error: UserFixable) -> None:
        self.error = error
        self.changed.emit()
