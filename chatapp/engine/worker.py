"""The worker: reads commands on a thread, does one job at a time, writes events; ends when its stdin does."""

import os
import queue
import sys
import threading
import traceback
from typing import BinaryIO

from chatapp import __version__
from chatapp.core.errors import EngineError, ErrorCode, UserFixable
from chatapp.core.trace import TokenTrace
from chatapp.engine.backend import Backend
from chatapp.protocol.framing import Decoder, Frame, FramingError
from chatapp.protocol.messages import (
    Cancel,
    Count,
    Embed,
    Event,
    Failed,
    Finished,
    Generate,
    Hello,
    Inspect,
    Inspected,
    Job,
    Load,
    Loaded,
    LoadProgress,
    PromptProgress,
    TextPart,
    Tokenize,
    Tokens,
    from_frame,
    to_bytes,
)

_CHUNK = 1 << 16  # bytes
_IDLE = 60.0  # seconds without a command, after which the backend is told that it may rest


class Worker:
    """One backend behind two byte streams."""

    def __init__(self, backend: Backend, source: BinaryIO, sink: BinaryIO) -> None:
        self._backend = backend
        self._source = source
        self._sink = sink
        self._jobs: queue.SimpleQueue[Job | Failed] = queue.SimpleQueue()
        self._counts: queue.SimpleQueue[Count] = queue.SimpleQueue()
        self._cancelled: set[int] = set()

    def run(self) -> None:
        """Serve until the process ends; never returns."""
        # Before the thread that ends the process with stdin: whoever only wants to know the devices is told them.
        self.send(Hello(__version__, self._backend.name, os.getpid(), self._backend.devices()))
        threading.Thread(target=self._read, name="commands", daemon=True).start()
        while True:
            try:
                command = self._jobs.get(timeout=_IDLE)
            except queue.Empty:
                self._backend.rest()
                continue
            if isinstance(command, Failed):
                self.send(command)
            elif isinstance(command, Count):
                self.do_counts()
            else:
                self._do(command)

    def send(self, event: Event) -> None:
        """Write one frame. The window being gone is the end."""
        try:
            self._sink.write(to_bytes(event))
            self._sink.flush()
        except OSError:
            os._exit(0)

    def do_counts(self) -> None:
        """Answer every `Count` that waits: when idle, and from within a running reply, between its tokens."""
        while True:
            try:
                command = self._counts.get_nowait()
            except queue.Empty:
                return
            self._do(command)

    def is_cancelled(self, job: int) -> bool:
        """Whether a `Cancel` for *job* has come."""
        return job in self._cancelled

    def _do(self, command: Job) -> None:
        job = None if isinstance(command, Load) else command.job
        try:
            self._dispatch(command)
        except UserFixable as error:
            self.send(Failed(job, error))
        except Exception as error:  # noqa: BLE001 - a bug in one job must not take the loaded model with it
            details = traceback.format_exc()
            sys.stderr.write(details)
            outcome = f"{type(error).__name__}: {error}"
            self.send(Failed(job, EngineError(ErrorCode.ENGINE_CRASHED, details, outcome=outcome)))

    def _dispatch(self, command: Job) -> None:
        match command:
            case Load(path, options):
                model = self._backend.load(path, options, lambda fraction: self.send(LoadProgress(fraction)))
                self.send(Loaded(model))
            case Generate():
                text, info = self._backend.generate(command, JobListener(self, command.job))
                self.send(Finished(command.job, text, info))
            case Inspect():
                found = self._backend.inspect(command, JobListener(self, command.job))
                self.send(Inspected(command.job, found.meta, found.arrays))
            case Tokenize():
                self.send(self._backend.tokenize(command))
            case Embed():
                self.send(self._backend.embed(command, JobListener(self, command.job)))
            case Count():
                self.send(self._backend.count(command))
            case _:  # one of the inspector's questions
                self.send(self._backend.ask(command, JobListener(self, command.job)))

    def _read(self) -> None:
        decoder = Decoder()
        while data := self._source.read1(_CHUNK):  # type: ignore[attr-defined]  # a BufferedReader, always
            try:
                for frame in decoder.feed(data):
                    self._take(frame)
            except FramingError as error:
                sys.stderr.write(f"chatapp.engine: {error}\n")
                os._exit(2)
        # stdin has ended: whoever started us is gone, and nobody will read another word.
        os._exit(0)

    def _take(self, frame: Frame) -> None:
        try:
            message = from_frame(frame)
        except UserFixable as error:  # a setting out of its bounds
            self._jobs.put(Failed(frame.header.get("job"), error))
            return
        if isinstance(message, Cancel):
            self._cancelled.add(message.job)
        elif isinstance(message, Count):
            self._counts.put(message)
            self._jobs.put(message)  # wakes the worker when it is idle
        elif isinstance(message, Job):
            self._jobs.put(message)
        else:
            raise FramingError(f"{message.TYPE} is not a command")


class JobListener:
    """Turns what a backend reports of one job into events."""

    def __init__(self, worker: Worker, job: int) -> None:
        self._worker = worker
        self._job = job
        self._made: tuple[int, tuple[int, ...], str] = (0, (), "")

    def cancelled(self) -> bool:
        """Whether the job should end early."""
        return self._worker.is_cancelled(self._job)

    def prompt_progress(self, done: int, total: int, reused: int, prompt_ids: tuple[int, ...] = ()) -> None:
        """Report prompt processing."""
        made = self._made if prompt_ids else (0, (), "")
        self._worker.send(PromptProgress(self._job, done, total, reused, prompt_ids, *made))
        self._worker.do_counts()

    def prompt_made(self, prefill: int, dropped: tuple[int, ...], origin: str = "") -> None:
        """Keep what the first progress report says of the prompt."""
        self._made = (prefill, dropped, origin)

    def tokens(self, text: str, trace: TokenTrace, known: int = 0) -> None:
        """Report new tokens."""
        self._worker.send(Tokens(self._job, text, trace, known))
        self._worker.do_counts()

    def text_part(self, part: TextPart) -> None:
        """Report a part of a text."""
        self._worker.send(part)
        self._worker.do_counts()
