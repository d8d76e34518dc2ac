"""``python -m chatapp.bench.window [--quick]``: the real window around the fake engine, and the work it does.

Prints JSON: "cost", of pairs (large, small) in milliseconds of processor time, all threads of this process together,
and "block", of milliseconds for which the window hears nothing, at the 99th percentile of the tokens::

    stream     per token that arrives, drawing included, after 4,000 tokens of a reply and after 100
    open       to open and draw a conversation of 2,000 messages, and one of 200
    inspector  per token with the inspector open on the reply, after 8,000 tokens and after 200
    colours    the same with the colours of the tokens in the chat, too

Tokens come at the pace of a fast model, 200 a second where the inspector is open; between the measured stretches they
come at once.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, cycle, islice, pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from chatapp.bench.streaming import Pacer, traced_tokens
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.trace import TokenTrace
from chatapp.paths import Paths
from chatapp.protocol.messages import PromptProgress, Tokens
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.engine_process import EngineState
from chatapp.services.storage import StorageService
from chatapp.settings.file import Settings
from chatapp.settings.inspector import COLORS_IN_CHAT
from chatapp.store.conversations import ConversationStore
from chatapp.ui.appearance import Appearance
from chatapp.ui.main_window import MainWindow

_PATIENCE = 30.0  # seconds
_EARLY, _LATE = 100, 4000  # tokens before each of the measured stretches
_STRETCH = 150  # tokens; the text repeats itself after so many, so that both stretches are of the same text
_PACE = 0.01  # seconds between tokens
_FEW, _MANY = 200, 2000  # messages
_EARLY_TRACED, _LATE_TRACED = 200, 8000  # tokens before the stretches with the inspector open
_STRETCH_TRACED = 400  # tokens
_PACE_TRACED = 0.005  # seconds between them
_TOKEN_SIZE = 4  # bytes
_PERCENTILE = 99
_SETTLE = 0.3  # seconds in which the window finishes what it puts off
_TEXT = """
A paragraph of **plain** prose with `code`, a [link](https://example.org) and enough words to fill more than one line of
the window, so that it is broken and laid out as it grows.

1. first a list, with one item
2. and another one, *in italics*

```python
def mean(values: list[float]) -> float:
    return sum(values) / len(values)
```

"""

_KOREAN = """
한국어 문단도 **있습니다**. 글자 하나가 여러 토큰에 걸쳐 있으므로, 토큰은 글자마다 모아서 보여 줍니다 (`byte`).

"""

Pair = tuple[float, float]


class Bench:
    """The window, its services, and the work it does in milliseconds."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        self._window = window
        self._services = services
        self._jobs: list[int] = []
        services.engine.event_received.connect(self._on_event)
        numbers = services.storage.read_now(ConversationStore.next_ids)
        self._conversations, self._messages = count(numbers[0] + 1_000_000), count(numbers[1] + 1_000_000)

    def stream(self) -> Pair:
        """One reply of `_LATE` tokens and a stretch; the work per token after `_LATE`, and after `_EARLY`."""
        chat, engine = self._services.chat, self._services.engine
        wait_until(lambda: engine.state is EngineState.READY)
        chat.new_conversation()
        self._jobs.clear()
        chat.send("/wait")
        wait_until(lambda: chat.state is ChatState.STREAMING and bool(self._jobs))
        tokens = cycle(_tokens(self._jobs[0]))
        self._send(islice(tokens, _EARLY), 0.0)
        small = self._send(islice(tokens, _STRETCH), _PACE)
        self._send(islice(tokens, _LATE - _EARLY - _STRETCH), 0.0)
        large = self._send(islice(tokens, _STRETCH), _PACE)
        chat.stop()
        wait_until(lambda: chat.state is ChatState.IDLE and self._services.storage.is_saved)
        return large / _STRETCH, small / _STRETCH

    def inspect(self, *, colours: bool) -> tuple[Pair, float]:
        """With the inspector open: the work per token after `_LATE_TRACED` and `_EARLY_TRACED`; the longest block."""
        chat, engine, settings = self._services.chat, self._services.engine, self._services.settings
        wait_until(lambda: engine.state is EngineState.READY)
        chat.new_conversation()
        self._show_inspector(shown=True)
        settings.set(COLORS_IN_CHAT, "on" if colours else "off")
        self._jobs.clear()
        chat.send("/quiet")
        wait_until(lambda: bool(self._jobs))
        tokens = cycle(traced_tokens(self._jobs[0], _TEXT + _KOREAN, _TOKEN_SIZE))
        self._send(islice(tokens, _EARLY_TRACED), 0.0)
        small, _blocks = self._paced(islice(tokens, _STRETCH_TRACED))
        self._send(islice(tokens, _LATE_TRACED - _EARLY_TRACED - _STRETCH_TRACED), 0.0)
        large, blocks = self._paced(islice(tokens, _STRETCH_TRACED))
        if len(self._services.inspector.trace) != _LATE_TRACED + _STRETCH_TRACED:
            raise RuntimeError("the inspector did not follow the reply")
        chat.stop()
        wait_until(lambda: chat.state is ChatState.IDLE and self._services.storage.is_saved)
        settings.set(COLORS_IN_CHAT, "off")
        self._show_inspector(shown=False)
        return (large / _STRETCH_TRACED, small / _STRETCH_TRACED), float(np.percentile(blocks, _PERCENTILE))

    def _show_inspector(self, *, shown: bool) -> None:
        action = self._window.actions_table["inspector"]
        if action.isChecked() != shown:
            action.trigger()
        wait_until(lambda: self._services.inspector.is_open is shown)

    def _paced(self, tokens: Iterator[Tokens]) -> tuple[float, list[float]]:
        """Send *tokens* as fast as a fast model; the work, and how long nothing was heard after each."""
        settle(_SETTLE)
        pacer = Pacer(self._services.engine.event_received.emit, tokens, _PACE_TRACED)
        before = time.process_time()
        pacer.run()
        return (time.process_time() - before) * 1000, pacer.blocks

    def open(self) -> Pair:
        """The work of opening a long conversation, and a short one; neither was open before."""
        large, small = (self._written(length) for length in (_MANY, _FEW))
        return self._opened(large), self._opened(small)

    def _on_event(self, event: object) -> None:
        if isinstance(event, PromptProgress):
            self._jobs.append(event.job)

    def _send(self, tokens: Iterator[Tokens], pace: float) -> float:
        settle(_SETTLE)
        before = time.process_time()
        for token in tokens:
            self._services.engine.event_received.emit(token)
            settle(pace)
        settle(_SETTLE)
        return (time.process_time() - before) * 1000

    def _written(self, length: int) -> int:
        """A conversation of *length* messages, on the disk only."""
        now = time.time()
        conversation = Conversation(next(self._conversations), f"{length} messages", now, now)
        parent: int | None = None
        for index in range(length):
            role = Role.ASSISTANT if index % 2 else Role.USER
            info = ReplyInfo(finish=FinishReason.STOP) if index % 2 else None
            message = Message(next(self._messages), parent, role, f"Message {index}.\n{_TEXT}", now, info)
            conversation.add(message)
            parent = message.id
        storage = self._services.storage
        storage.write(lambda store: _save(store, conversation))
        wait_saved(storage)
        return conversation.id

    def _opened(self, conversation_id: int) -> float:
        chat = self._services.chat
        settle(_SETTLE)
        before = time.process_time()
        chat.open(conversation_id)
        wait_until(lambda: chat.conversation.id == conversation_id)
        settle(_SETTLE)
        return (time.process_time() - before) * 1000


def settle(seconds: float) -> None:
    """Let the window do what waits, and what comes within *seconds*."""
    QCoreApplication.processEvents()
    if seconds > 0:
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    """Process events until *condition*; raise TimeoutError."""
    until = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the window did not get there")
        settle(0.005)


def wait_saved(storage: StorageService) -> None:
    """Process events until everything is on disk."""
    wait_until(lambda: storage.is_saved)


def _save(store: ConversationStore, conversation: Conversation) -> None:
    store.save_conversation(replace(conversation.header(), leaf_id=None))
    for message in conversation.messages.values():
        store.save_message(conversation.id, message)
    store.save_conversation(conversation.header())


def _tokens(job: int) -> list[Tokens]:
    """`_STRETCH` tokens that make `_TEXT`, each in a frame of its own, with a trace as the fake engine makes them."""
    cuts = np.linspace(0, len(_TEXT), _STRETCH + 1).astype(int)
    zero, rank = np.zeros(1, np.float32), np.zeros(1, np.int32)
    found: list[Tokens] = []
    for index, (start, end) in enumerate(pairwise(cuts)):
        text, ids = _TEXT[start:end], np.array([index], np.int32)
        trace = TokenTrace(ids, zero, rank, zero, ids[:, None], zero[:, None], {index: text.encode()})
        found.append(Tokens(job, text, trace))
    return found


@contextmanager
def _window(folder: Path) -> Iterator[Bench]:
    app = QApplication(sys.argv[:1])
    paths = Paths.under(folder)
    paths.ensure()
    services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=True, parent=app)
    window = MainWindow(services, Appearance(app, services.settings, app))
    window.resize(1180, 760)
    window.show()
    services.start()
    try:
        wait_until(lambda: services.engine.state is EngineState.READY)
        yield Bench(window, services)
    finally:
        window.close()
        services.close()


def main() -> int:
    """Measure and print."""
    runs = 1 if "--quick" in sys.argv[1:] else 5
    with tempfile.TemporaryDirectory() as folder, _window(Path(folder)) as bench:
        bench.open()  # fonts, styles and the like are loaded with the first
        stream, opening = [bench.stream() for _ in range(runs)], [bench.open() for _ in range(runs)]
        inspector = [bench.inspect(colours=False) for _ in range(runs)]
        colours = [bench.inspect(colours=True) for _ in range(runs)]
    cost = {
        "stream": stream,
        "open": opening,
        "inspector": [pair for pair, _block in inspector],
        "colours": [pair for pair, _block in colours],
    }
    block = {"inspector": [block for _pair, block in inspector], "colours": [block for _pair, block in colours]}
    sys.stdout.write(json.dumps({"cost": cost, "block": block}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
