"""The models on this machine, and opening one of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, ModelError, UserFixable
from chatapp.hub.fit import context_to_use, recorded_token
from chatapp.hub.forecast import Forecast
from chatapp.hub.gguf import GgufHeader, read_header
from chatapp.hub.library import LocalModel
from chatapp.hub.places import Keeper
from chatapp.hub.plan import LoadPlan, Verdict, larger_contexts, make_plan, smaller_context
from chatapp.hub.sizes import format_size
from chatapp.hub.stop import Stop, Stopped
from chatapp.paths import is_file, starter_model
from chatapp.protocol.messages import Device, LoadOptions, ModelInfo
from chatapp.services.engine_process import EngineService
from chatapp.services.library import LibraryService
from chatapp.services.memory import free_memory, probe_devices
from chatapp.services.notices import LOAD_IS_TIGHT, Action, Level, Notice, Notices
from chatapp.services.settings import SettingsService
from chatapp.services.tasks import Tasks
from chatapp.settings import schema
from chatapp.settings.setting import Setting

# The ui draws these and may not import the hub.
__all__ = ["GgufHeader", "LoadPlan", "LocalModel", "ModelsService"]

_NOTICE = "model"
_SHORTEST = 512  # tokens of context
_LARGEST_RECORD = 1 << 30  # bytes of attention, when the app decides
_SHARE_OF_MEMORY = 10  # of what is free, a tenth
_RECENT = 12  # files from outside the model folders that stay in the list


class ModelsService(QObject):
    """Signals:

    changed()           the list is another
    choose_requested()  the user should pick a model: open the list
    plans_changed()     needs or free memory are known anew
    choosing()          a model is about to be checked and opened: what can be given up of the memory should be
    """

    changed = Signal()
    choose_requested = Signal()
    plans_changed = Signal()
    choosing = Signal()

    def __init__(
        self,
        library: LibraryService,
        settings: SettingsService,
        engine: EngineService,
        tasks: Tasks,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._engine = engine
        self._tasks = tasks
        self._notices = notices
        self._plans: dict[str, LoadPlan | UserFixable] = {}
        self._header: GgufHeader | None = None  # of the model that is or was last loaded
        self._stop = Stop()  # of the latest choice: only that is opened
        engine.settle = self._settle
        engine.devices_changed.connect(self.plan_again)
        engine.failed.connect(self._on_engine_failed)
        engine.model_loaded.connect(self._on_model_loaded)
        settings.changed.connect(self._on_setting_changed)
        library.changed.connect(self._on_listed)
        library.noted.connect(self.changed)

    def models(self) -> list[LocalModel]:
        """As of the last look, favourites first; broken ones are in it with their error."""
        return self._library.sorted_models()

    def name(self, path: str) -> str:
        """What the user, or the program that keeps it, calls the model at *path*; "" for what its file says."""
        model = self._library.model(path)
        if model is None:
            return ""
        kept = model.name if model.keeper in (Keeper.OLLAMA, Keeper.JAN) else ""  # whose files have names for machines
        return self._library.notes(model).name or kept

    def is_whole(self, model: LocalModel) -> bool:
        """Whether it can be used, and no check has found it to be damaged."""
        return model.error is None and not self._library.is_damaged(model)

    def refresh(self) -> None:
        """Look at the folders again, in the background."""
        self._library.refresh()

    def header(self, path: str) -> GgufHeader:
        """What the file at *path* says of itself; from any thread. Raise `ModelError`."""
        return self._library.header(path)

    def open_last(self) -> None:
        """At start: the model that was open, or the starter model."""
        last, starter = self._settings.get(schema.LAST_MODEL), str(starter_model())
        if self._engine.is_fake:
            self._engine.load("fake")
        else:
            self._choose(last or starter, otherwise=starter)

    def choose(self, path: str, *, anyway: bool = False) -> None:
        """Check the file in the background, then open it. A file that cannot be used changes nothing but a notice.

        What takes nearly all the memory there is is asked about first, unless it is wanted *anyway*.
        """
        self._choose(path, anyway=anyway)

    def close(self) -> None:
        """Wait for no file any more."""
        self._stop.set()

    def _choose(self, path: str, *, anyway: bool = False, otherwise: str = "") -> None:
        """*otherwise*: the model to open when there is no file at *path*."""
        self._stop.set()
        stop = self._stop = Stop()
        self.choosing.emit()
        self._notices.clear(_NOTICE)
        options = self.options()

        known, worker = self._engine.devices, self._engine.pid

        def look() -> tuple[str, GgufHeader]:
            found = path if not otherwise or is_file(Path(path)) else otherwise
            return found, self.header(found)

        def check() -> _Checked | None:
            try:
                # In a thread that can be left alone: a drive that is gone may never answer.
                found, header = stop.run(look, lambda _late: None)
            except Stopped:
                return None
            devices, memory = known or (), free_memory(worker)
            plan = make_plan(header, options, devices, memory)
            if known is None and plan.verdict is not Verdict.FITS:  # a graphics card may have the room
                devices = probe_devices(fake=False)
                plan = make_plan(header, options, devices, memory)
            if plan.verdict is Verdict.FITS:
                return _Checked(found, header, plan)
            context = smaller_context(header, plan.options, devices, memory)
            on_cpu = make_plan(header, replace(options, n_gpu_layers=0), devices, memory)
            cpu_helps = plan.options.n_gpu_layers > 0 and on_cpu.verdict is Verdict.FITS
            return _Checked(found, header, plan, context, cpu_helps=cpu_helps)

        def open_it(checked: _Checked | None) -> None:
            if checked is None or stop.is_set():
                return
            if checked.plan.verdict is Verdict.FITS or anyway:
                self._header = checked.header
                self._settings.set(schema.LAST_MODEL, checked.path)
                self._engine.load(checked.path, options)
            else:
                self._ask(checked)

        if self._engine.is_fake:
            self._engine.load(path)
        else:
            self._tasks.run(check, open_it, self._on_refused)

    def options(self) -> LoadOptions:
        """How to load, from the settings."""
        cache = self._settings.get(schema.CACHE_MEMORY)
        return LoadOptions(
            n_ctx=self._settings.get(schema.CONTEXT_LENGTH),
            n_gpu_layers=self._settings.get(schema.GPU_LAYERS),
            n_threads=self._settings.get(schema.THREADS),
            cache_bytes=cache << 20 if cache >= 0 else -1,
            flash_attention=self._settings.get(schema.FLASH_ATTENTION),
            kv_type=self._settings.get(schema.KV_TYPE),
            device=self._settings.get(schema.DEVICE),
            recording=self._recording(),
        )

    def _recording(self) -> int:
        """Bytes for the record of attention; 0: none."""
        if self._settings.get(schema.RECORD_ATTENTION) != "on":
            return 0
        wanted = self._settings.get(schema.ATTENTION_MEMORY)
        if wanted > 0:
            return wanted << 20
        return max(1, min(_LARGEST_RECORD, free_memory(self._engine.pid) // _SHARE_OF_MEMORY))

    def recorded_bytes(self) -> int:
        """What the record of attention takes for one token of the loaded model; 0 when that is not known."""
        return recorded_token(self._header) if self._header is not None else 0

    def plan(self, path: str) -> LoadPlan | UserFixable | None:
        """What loading the listed model at *path* would take, or why it cannot be; None when that is not known yet."""
        return self._plans.get(path)

    def forecast(self, path: str) -> Forecast | UserFixable | None:
        """The same, to be told in one word."""
        plan = self._plans.get(path)
        return Forecast(plan, exact=True) if isinstance(plan, LoadPlan) else plan

    def plan_again(self) -> None:
        """Compare needs and free memory anew, in the background."""
        options, devices, worker = self.options(), self._engine.devices or (), self._engine.pid
        paths = [str(model.path) for model in self._library.models() if model.error is None]
        if self._engine.model is not None and self._engine.model.path not in paths:
            paths.append(self._engine.model.path)

        def plan_all() -> dict[str, LoadPlan | UserFixable]:
            memory = free_memory(worker)
            return {path: self._plan_file(path, options, devices, memory) for path in paths}

        def take(plans: dict[str, LoadPlan | UserFixable]) -> None:
            self._plans = plans
            self.plans_changed.emit()

        if not self._engine.is_fake:
            self._tasks.run(plan_all, take)

    def details(self, path: str, on_done: Callable[[GgufHeader], None]) -> None:
        """Read all that the file at *path* says of itself, in the background."""
        self._tasks.run(lambda: read_header(Path(path), metadata=True), on_done, self._on_refused)

    def load_on_cpu(self) -> None:
        """Leave the graphics cards alone from now on, and load again."""
        self._settings.set(schema.GPU_LAYERS, 0)
        self.choose(self._engine.model_path)

    def larger_context(self, needed: int) -> int | None:
        """A context for a prompt of *needed* tokens, more than there is now; 0 when model or memory allow none.

        None when there is room in the present one, or no model is loaded.
        """
        model, header = self._engine.model, self._header
        if model is None or header is None or needed < model.n_ctx:
            return None
        devices, memory = self._engine.devices or (), free_memory(self._engine.pid)
        for n_ctx in larger_contexts(needed, model.n_ctx, model.n_ctx_train):
            plan = _plan_or_error(header, replace(self.options(), n_ctx=n_ctx), devices, memory)
            if isinstance(plan, LoadPlan) and plan.verdict is Verdict.FITS:
                return n_ctx
        return 0

    def load_with_context(self, n_ctx: int) -> None:
        """Use *n_ctx* tokens of context from now on, and load again."""
        self._with(self._engine.model_path, schema.CONTEXT_LENGTH, n_ctx)

    def _settle(self, options: LoadOptions, devices: tuple[Device, ...]) -> LoadOptions:
        """Decide context and layers, now that the devices and their free memory are known."""
        if self._header is None:
            return options
        return make_plan(self._header, options, devices, free_memory()).options

    def _ask(self, checked: "_Checked") -> None:
        """Say that a load is tight or too large, and offer what would do."""
        path = checked.path
        params = {"context": str(checked.context), "name": Path(path).stem}
        worst = checked.plan.worst
        params |= {"needed": format_size(worst.need), "available": format_size(worst.free)}
        actions: list[tuple[Action, Callable[[], None]]] = []
        if checked.context:
            actions.append((Action.SMALLER_CONTEXT, lambda: self._with(path, schema.CONTEXT_LENGTH, checked.context)))
        if checked.cpu_helps:
            actions.append((Action.LOAD_CPU_ONLY, lambda: self._with(path, schema.GPU_LAYERS, 0)))
        if checked.plan.verdict is Verdict.TIGHT:
            actions.insert(0, (Action.LOAD_ANYWAY, lambda: self.choose(path, anyway=True)))
            notice = Notice(Level.WARNING, LOAD_IS_TIGHT, params, actions=tuple(actions), key=_NOTICE, sticky=True)
            self._notices.post(notice)
        else:
            actions.append((Action.CHOOSE_MODEL, self.choose_requested.emit))
            self._notices.post_error(ModelError(ErrorCode.MODEL_TOO_LARGE, **params), *actions, key=_NOTICE)

    def _with(self, path: str, setting: Setting[int], value: int) -> None:
        self._settings.set(setting, value)
        self.choose(path)

    def _plan_file(
        self, path: str, options: LoadOptions, devices: tuple[Device, ...], memory: int
    ) -> LoadPlan | UserFixable:
        try:
            # What is listed was read by the look that found it; a drive may have gone since, and never answer.
            header = self._library.headers.remembered(Path(path)) or self.header(path)
            return _plan_or_error(header, options, devices, memory)
        except UserFixable as error:
            return error

    def _on_listed(self) -> None:
        self.changed.emit()
        self.plan_again()

    def _on_model_loaded(self, model: ModelInfo) -> None:
        if self._engine.is_fake:
            return
        recent = self._settings.get(schema.RECENT_MODELS)
        newest = (model.path, *(path for path in recent if path != model.path))[:_RECENT]
        if newest != recent:
            self._settings.set(schema.RECENT_MODELS, newest)
            self.refresh()

    def _on_refused(self, error: UserFixable) -> None:
        self._notices.post_error(error, (Action.CHOOSE_MODEL, self.choose_requested.emit), key=_NOTICE)

    def _on_engine_failed(self, error: UserFixable) -> None:
        actions = [(Action.RESTART_ENGINE, self._engine.restart), (Action.CHOOSE_MODEL, self.choose_requested.emit)]
        if error.code.startswith("model"):
            actions.reverse()
        loading_failed = error.code in (ErrorCode.MODEL_LOAD_FAILED, ErrorCode.CONTEXT_FAILED)
        out_of_memory = error.code is ErrorCode.ENGINE_OUT_OF_MEMORY
        on_cards = self._settings.get(schema.GPU_LAYERS) != 0 and any(
            device.kind in ("gpu", "igpu") for device in self._engine.devices or ()
        )
        if error.code is ErrorCode.ENGINE_GPU or (on_cards and (loading_failed or out_of_memory)):
            actions.insert(0, (Action.LOAD_CPU_ONLY, self.load_on_cpu))
        context = self._shorter()
        if context and (out_of_memory or error.code is ErrorCode.CONTEXT_FAILED):
            error = type(error)(error.code, error.details, **(error.params | {"context": context}))
            shorten = partial(self._with, self._engine.model_path, schema.CONTEXT_LENGTH, context)
            actions.insert(0, (Action.SMALLER_CONTEXT, shorten))
        self._notices.post_error(error, *actions, key=_NOTICE)

    def _shorter(self) -> int:
        """A context to try after memory ran out: half of the last one, or what fits by estimate; 0 for none."""
        if self._header is None:
            return 0
        half = context_to_use(self._header, self._settings.get(schema.CONTEXT_LENGTH)) // 2
        options = replace(self.options(), n_ctx=half)
        try:
            plan = make_plan(self._header, options, self._engine.devices or (), free_memory())
        except UserFixable:
            return 0
        if plan.verdict is not Verdict.FITS:
            half = smaller_context(self._header, options, self._engine.devices or (), free_memory())
        return half if half >= _SHORTEST else 0

    def _on_setting_changed(self, key: str) -> None:
        if schema.BY_KEY[key].reload_needed:
            self.plan_again()


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is known before a load. *context*: a shorter one that fits, in tokens, or 0."""

    path: str
    header: GgufHeader
    plan: LoadPlan
    context: int = 0
    cpu_helps: bool = False


def _plan_or_error(
    header: GgufHeader, options: LoadOptions, devices: tuple[Device, ...], memory: int
) -> LoadPlan | UserFixable:
    try:
        return make_plan(header, options, devices, memory)
    except UserFixable as error:
        return error
