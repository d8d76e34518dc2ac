"""Supervision of the engine worker: start, frames, cancel, kill, restart. Never waits, never blocks the window."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from chatapp import log
from chatapp.core.errors import EngineError, ErrorCode, UserFixable
from chatapp.protocol.framing import Decoder, FramingError
from chatapp.protocol.messages import (
    Answer,
    Cancel,
    Command,
    Count,
    Counted,
    Device,
    Failed,
    Finished,
    Generate,
    Hello,
    Load,
    Loaded,
    LoadOptions,
    LoadProgress,
    ModelInfo,
    Question,
    from_frame,
    to_parts,
)
from chatapp.services.engine_failures import Outcome, explain
from chatapp.worker_command import worker_command

_log = log.get("engine")

_CANCEL_GRACE = 2000  # ms from cancel to terminate, and from terminate to kill
_STDERR_LINES = 200
_AT_ONCE = 1024 * 1024  # bytes handed to the worker; a long text is not copied in one go


class EngineState(StrEnum):
    """What the worker is doing."""

    OFF = "off"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    STOPPING = "stopping"
    FAILED = "failed"


class EngineService(QObject):
    """One worker process with one model.

    Signals:

    state_changed(EngineState)
    load_progress(float)   0..1
    model_loaded(ModelInfo)
    answered(Event)        to what was asked: PromptProgress and TextPart, then one `Answer` or Failed
    devices_changed()      they, or their free memory, are known anew
    event_received(Event)  of the running job: PromptProgress, Tokens, Finished, Failed, …
    counted(Counted)       the answer to `count`; None when the template refuses the conversation
    failed(UserFixable)    the load failed or the worker died; a running job is over, no event for it follows
    """

    state_changed = Signal(str)
    load_progress = Signal(float)
    model_loaded = Signal(object)
    answered = Signal(object)
    devices_changed = Signal()
    event_received = Signal(object)
    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, *, fake: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_fake = fake
        self.state = EngineState.OFF
        self.model: ModelInfo | None = None
        self.model_path = ""
        self.devices: tuple[Device, ...] | None = None  # as they were before the model was loaded; None: not known
        # Decides what the options leave open, when the devices are known; may raise `UserFixable`.
        self.settle: Callable[[LoadOptions, tuple[Device, ...]], LoadOptions] = lambda options, _devices: options
        self._options = LoadOptions()
        self._process: QProcess | None = None
        self._decoder = Decoder()
        self._outbox: deque[memoryview] = deque()
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._job: int | None = None
        self._asked: set[int] = set()
        self._count_job: int | None = None
        self._next_job = 1
        self._cancel_timer = QTimer(self, singleShot=True, interval=_CANCEL_GRACE)
        self._cancel_timer.timeout.connect(self._on_cancel_ignored)
        self._terminating = False
        self._hung = False

    @property
    def pid(self) -> int:
        """The worker's process id, 0 when there is none."""
        return self._process.processId() if self._process is not None else 0

    # -- requests ------------------------------------------------------------------------------------------------------

    @property
    def options(self) -> LoadOptions:
        """What the model was last asked to be loaded with."""
        return self._options

    def load(self, path: str, options: LoadOptions | None = None) -> None:
        """Start a fresh worker with the model at *path*; the old one ends with everything it was doing."""
        self.model_path = path
        if options is not None:
            self._options = options
        self.model = None
        self._drop_process()
        self._start()

    def restart(self) -> None:
        """Start again with the same model."""
        if self.model_path:
            self.load(self.model_path)

    def unload(self) -> None:
        """End the worker and free the memory."""
        self.model = None
        self._drop_process()
        self._set_state(EngineState.OFF)

    def generate(self, request: Generate) -> int:
        """Begin a reply; its number. Raise `EngineError` when the engine is not ready."""
        if self.state is not EngineState.READY:
            code = ErrorCode.ENGINE_BUSY if self.state is EngineState.BUSY else ErrorCode.NO_MODEL
            raise EngineError(code)
        for asked in self._asked:
            self._send(Cancel(asked))  # what it has done so far is its answer
        job, self._next_job = self._next_job, self._next_job + 1
        self._job = job
        self._send(replace(request, job=job))
        self._set_state(EngineState.BUSY)
        return job

    def ask(self, request: Question) -> int:
        """Something done after the running reply, answered through `answered`; its number, 0 without an engine.

        A reply that begins ends it (`withdraw`): the chat never waits for the inspector.
        """
        if self.model is None or self.state not in (EngineState.READY, EngineState.BUSY, EngineState.STOPPING):
            return 0
        job, self._next_job = self._next_job, self._next_job + 1
        self._asked.add(job)
        self._send(replace(request, job=job))
        return job

    def withdraw(self, job: int) -> None:
        """Nobody wants the answer to *job* any more: it ends early, and nothing more is heard of it."""
        if job in self._asked:
            self._asked.discard(job)
            self._send(Cancel(job))

    def end(self, job: int) -> None:
        """What was asked as *job* ends early; its answer still comes, with what was done so far."""
        if job in self._asked:
            self._send(Cancel(job))

    def count(self, request: Count) -> bool:
        """Ask for token counts, also while a reply runs; False when nobody can answer. Only the newest is answered."""
        if self.state not in (EngineState.READY, EngineState.BUSY):
            return False
        self._count_job, self._next_job = self._next_job, self._next_job + 1
        self._send(replace(request, job=self._count_job))
        return True

    def cancel(self) -> None:
        """End the running job: ask, after 2 s terminate, then kill."""
        if self._job is not None and self.state is EngineState.BUSY:
            self._send(Cancel(self._job))
            self._terminating = False
            self._cancel_timer.start()
            self._set_state(EngineState.STOPPING)

    def close(self) -> None:
        """End the worker for good; returns when it is gone."""
        process = self._process
        self._drop_process()
        if process is not None and process.state() != QProcess.ProcessState.NotRunning:
            process.waitForFinished(1000)

    # -- process -------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._decoder = Decoder()
        self._stderr.clear()
        self._hung = False
        process = self._process = QProcess(self)
        program, arguments = worker_command(fake=self.is_fake)
        process.setProgram(program)
        process.setArguments(arguments)
        process.readyReadStandardOutput.connect(self._on_output)
        process.readyReadStandardError.connect(self._on_stderr)
        process.bytesWritten.connect(self._write)
        process.errorOccurred.connect(self._on_process_error)
        process.finished.connect(self._on_finished)
        self._set_state(EngineState.STARTING)
        process.start()

    def _drop_process(self) -> None:
        """Let go of the worker: no signal of it arrives any more, and it ends."""
        self._job = self._count_job = None
        self._asked.clear()
        self._outbox.clear()
        self._cancel_timer.stop()
        process, self._process = self._process, None
        if process is None:
            return
        process.readyReadStandardOutput.disconnect(self._on_output)
        process.readyReadStandardError.disconnect(self._on_stderr)
        process.bytesWritten.disconnect(self._write)
        process.errorOccurred.disconnect(self._on_process_error)
        process.finished.disconnect(self._on_finished)
        if process.state() == QProcess.ProcessState.NotRunning:
            process.deleteLater()
            return
        process.finished.connect(process.deleteLater)
        process.closeWriteChannel()  # a healthy worker ends at once
        process.kill()  # nothing it could still say matters

    def _send(self, command: Command) -> None:
        if self._process is not None:
            self._outbox += to_parts(command)
            self._write()

    def _write(self) -> None:
        while self._process is not None and self._outbox and self._process.bytesToWrite() < _AT_ONCE:
            part = self._outbox.popleft()
            if len(part) > _AT_ONCE:
                self._outbox.appendleft(part[_AT_ONCE:])
            self._process.write(part[:_AT_ONCE].tobytes())

    def _set_state(self, state: EngineState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)

    def _fail(self, error: UserFixable) -> None:
        """The worker is of no further use."""
        _log.warning("%s %s", error.message, error.details)
        self.model = None
        self._drop_process()
        self._set_state(EngineState.FAILED)
        self.failed.emit(error)

    # -- slots ---------------------------------------------------------------------------------------------------------

    def _on_output(self) -> None:
        process = self._process
        if process is None:
            return
        data = process.readAllStandardOutput().data()
        try:
            for frame in self._decoder.feed(bytes(data)):
                self._on_message(from_frame(frame))
                if self._process is not process:  # the message ended this worker
                    return
        except FramingError as error:
            self._fail(EngineError(ErrorCode.ENGINE_CRASHED, "".join(self._stderr), outcome=str(error)))

    def _on_message(self, message: object) -> None:
        match message:
            case Hello():
                self.devices = message.devices
                self.devices_changed.emit()
                self._begin_load(message.devices)
            case LoadProgress(fraction):
                self.load_progress.emit(fraction)
            case Loaded(model):
                self.model = model
                self._set_state(EngineState.READY)
                _log.info("model loaded")
                self.model_loaded.emit(model)
            case Failed(None, error):
                self._fail(error)
            case _:
                self._on_job_event(message)

    def _begin_load(self, devices: tuple[Device, ...]) -> None:
        try:
            options = self.settle(self._options, devices)
        except UserFixable as error:
            self._fail(error)
            return
        self._set_state(EngineState.LOADING)
        self._send(Load(self.model_path, options))

    def _on_job_event(self, event: object) -> None:
        job = getattr(event, "job", None)
        if job == self._count_job and isinstance(event, Counted | Failed):
            self._count_job = None
            self.counted.emit(event if isinstance(event, Counted) else None)
            return
        if job is not None and job in self._asked:
            if is_last(event):
                self._asked.discard(job)
            self.answered.emit(event)
            return
        if job != self._job:
            return
        if is_last(event):
            self._job = None
            self._cancel_timer.stop()
            self._set_state(EngineState.READY)
        self.event_received.emit(event)

    def _on_stderr(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._stderr.extend(text.splitlines(keepends=True))
            _log.info("%s", text.rstrip())

    def _on_process_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._fail(EngineError(ErrorCode.ENGINE_NOT_STARTED, reason=self._process.errorString()))

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        process = self._process
        self._on_output()  # what it said before it died
        if process is None or self._process is not process:
            return
        self._on_stderr()
        if self._hung:
            self._fail(EngineError(ErrorCode.ENGINE_HUNG, "".join(self._stderr)))
        else:
            crashed = status is QProcess.ExitStatus.CrashExit
            self._fail(explain(Outcome(crashed, code, "".join(self._stderr))))

    def _on_cancel_ignored(self) -> None:
        if self._process is None:
            return
        self._hung = True
        if self._terminating:
            self._process.kill()
        else:
            self._terminating = True
            self._process.terminate()
            self._cancel_timer.start()


def is_last(event: object) -> bool:
    """Whether no further event of its job follows."""
    return isinstance(event, Finished | Failed | Answer)
