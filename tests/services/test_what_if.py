"""What if, with llama.cpp on the model that ships with the app."""

import math

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.what_if import Change
from chatapp.protocol.messages import Attend, Mute, Muted
from chatapp.services.bundle import Services
from chatapp.services.what_if import WhatIf
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services, services
from tests.services.test_attention_service import GREEDY, open_recording

__all__ = ["make_services", "open_real", "services"]
TOKEN = 5


@pytest.fixture
def asked(open_real: Real, qtbot: QtBot, starter_model: str) -> tuple[Services, WhatIf]:
    """A reply is written, its sixth token selected."""
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    services.inspector.select_token(TOKEN)
    what_if = WhatIf(
        services.inspector, services.questions, services.engine, services.chat, services.tasks, services.engine
    )
    return services, what_if


def directly(services: Services, qtbot: QtBot, question: Mute | Attend) -> object:
    found: list[object] = []
    services.questions.ask(question, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    return found[0]


def test_a_change_is_what_the_engine_says(asked: tuple[Services, WhatIf], qtbot: QtBot) -> None:
    services, what_if = asked
    change = Change(frozenset({(1, 2), (3, 0)}), everywhere=True, hidden=(3, 8))
    what_if.try_out(change)
    assert what_if.is_asking
    qtbot.waitUntil(lambda: what_if.effect is not None, timeout=20_000)
    effect = what_if.effect
    assert effect is not None
    assert effect.change == change
    assert not what_if.is_asking
    inspector = services.inspector
    prefix = inspector.prefix_to(inspector.message_id or 0, TOKEN)
    said = directly(services, qtbot, Mute(0, prefix, ((1, 2), (3, 0)), everywhere=True, hidden=((3, 8),)))
    assert isinstance(said, Muted)
    token = int(inspector.trace.ids[TOKEN])
    for logprob, name in ((effect.token.before, "before"), (effect.token.after, "after")):
        logits = said.arrays[name].astype(np.float64)
        assert logprob == pytest.approx(logits[token] - np.logaddexp.reduce(logits), abs=1e-5)
    assert effect.token.token == token
    assert effect.token.before == pytest.approx(float(inspector.trace.logprobs[TOKEN]), abs=0.05)
    assert effect.divergence > 1e-4
    assert effect.picture.position == said.n_tokens - 1
    assert effect.picture.weights.shape[-1] == said.n_tokens


def test_nothing_muted_changes_nothing(asked: tuple[Services, WhatIf], qtbot: QtBot) -> None:
    _, what_if = asked
    for everywhere in (False, True):
        what_if.try_out(Change(everywhere=everywhere))
        qtbot.waitUntil(lambda: not what_if.is_asking, timeout=20_000)
        effect = what_if.effect
        assert effect is not None
        assert effect.token.before == effect.token.after
        assert effect.divergence == 0


def test_every_head(asked: tuple[Services, WhatIf], qtbot: QtBot) -> None:
    services, what_if = asked
    what_if.sweep()
    assert what_if.sweeps
    qtbot.waitUntil(lambda: what_if.effects is not None, timeout=20_000)
    effects = what_if.effects
    assert effects is not None
    model = services.engine.model
    assert model is not None
    assert effects.done == (model.n_layer * model.n_head,) * 2
    assert what_if.progress == 1
    strongest = effects.strongest(1)[0]
    what_if.try_out(Change(frozenset({strongest.head})))
    qtbot.waitUntil(lambda: what_if.effect is not None, timeout=20_000)
    effect = what_if.effect
    assert effect is not None
    assert effect.token.after - effect.token.before == pytest.approx(strongest.change, abs=5e-3)
    assert effect.source == (strongest.source, pytest.approx(strongest.weight, abs=1e-3))
    assert what_if.effects is effects  # both are kept until another token is selected
    assert not math.isnan(effects.correlation())


def test_another_token_forgets_and_an_answer_that_comes_late_is_dropped(
    asked: tuple[Services, WhatIf], qtbot: QtBot
) -> None:
    services, what_if = asked
    what_if.try_out(Change(frozenset({(0, 0)})))
    qtbot.waitUntil(lambda: what_if.effect is not None, timeout=20_000)
    what_if.sweep()
    services.inspector.select_token(TOKEN + 1)
    assert what_if.effect is None
    assert not what_if.is_asking
    what_if.try_out(Change(frozenset({(0, 0)})))
    qtbot.waitUntil(lambda: what_if.effect is not None, timeout=20_000)
    assert what_if.effects is None
    assert what_if.effect is not None
    assert what_if.effect.token.token == int(services.inspector.trace.ids[TOKEN + 1])


def test_a_new_reply_ends_it_and_what_was_found_goes(asked: tuple[Services, WhatIf], qtbot: QtBot) -> None:
    services, what_if = asked
    what_if.try_out(Change(frozenset({(0, 0)})))
    qtbot.waitUntil(lambda: what_if.effect is not None, timeout=20_000)
    worker = psutil.Process(services.engine.pid)
    worker.suspend()  # the question is on its way when the reply begins
    try:
        what_if.sweep()
        assert what_if.is_asking
        assert services.chat.send("And more of it?")
        assert not what_if.is_asking
        assert what_if.effect is None
    finally:
        worker.resume()
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=60_000)
    assert what_if.effects is None


def test_it_can_be_stopped(asked: tuple[Services, WhatIf], qtbot: QtBot) -> None:
    services, what_if = asked
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        what_if.sweep()
        what_if.stop()
    finally:
        worker.resume()
    qtbot.waitUntil(lambda: not what_if.is_asking, timeout=20_000)
    assert what_if.effects is None
    what_if.sweep()  # and asked again
    qtbot.waitUntil(lambda: what_if.effects is not None, timeout=20_000)


def test_the_test_engine_refuses(services: Services, qtbot: QtBot) -> None:
    services.inspector.set_open(True)
    assert services.chat.send("Hello there")
    qtbot.waitUntil(lambda: services.chat.streaming_id is None and len(services.inspector.trace) > 0, timeout=20_000)
    services.inspector.select_token(0)
    what_if = WhatIf(
        services.inspector, services.questions, services.engine, services.chat, services.tasks, services.engine
    )
    qtbot.waitUntil(lambda: what_if.obstacle is None)
    with qtbot.waitSignal(what_if.failed, timeout=20_000):
        what_if.try_out(Change(frozenset({(0, 0)})))
    assert not what_if.is_asking
