"""A picture of attention beside its replay, with llama.cpp on the model that ships with the app."""

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.attention_difference import difference_of
from chatapp.protocol.messages import Attend, Attended
from chatapp.services.attention_place import AttentionState
from chatapp.services.bundle import Services
from chatapp.settings.schema import RECORD_ATTENTION
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services, services
from tests.services.test_attention_service import GREEDY, look, open_question, open_recording, score

__all__ = ["make_services", "open_real", "services"]


def opened(open_real: Real, qtbot: QtBot, starter_model: str) -> Services:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 5)
    return services


def test_the_difference_is_that_of_the_two_runs(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = opened(open_real, qtbot, starter_model)
    verification, picture = services.verification, services.attention.picture
    assert picture is not None
    assert verification.is_possible
    assert verification.result is None
    verification.verify()
    assert verification.token == 5
    services.inspector.hover(2)  # pointing elsewhere does not end it
    qtbot.waitUntil(lambda: verification.token is None, timeout=20_000)
    result = verification.result
    assert result is not None

    found: list[object] = []
    prefix = services.inspector.prefix_to(services.inspector.message_id or 0, 5)
    services.questions.ask(Attend(0, prefix, method="replayed"), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert isinstance(found[0], Attended)
    replayed = found[0].arrays["weights"][:, :, 0].astype(np.float64)
    apart = np.abs(picture.weights.astype(np.float64) - replayed)
    assert 0 < result.largest < 0.2
    assert result.largest == pytest.approx(apart.max(), abs=1e-6)
    assert result.mean == pytest.approx(apart.mean(), rel=1e-3)
    assert result.moved == pytest.approx(apart.sum(axis=-1).mean() / 2, rel=1e-3)
    assert [head for head, _ in result.layers] == [(n, int(a.max(axis=-1).argmax())) for n, a in enumerate(apart)]
    assert result.worst == max(result.layers, key=lambda layer: layer[1])[0]
    # A wrong picture would be found out.
    wrong = difference_of(picture, np.roll(picture.weights, 1, axis=-1), picture.layers)
    assert wrong is not None
    assert wrong.largest > 0.3


def test_of_a_prompt_that_is_read_in_another_way_nothing_was_verified(
    open_real: Real, qtbot: QtBot, starter_model: str
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    open_question(services, qtbot)
    verification = services.verification
    look(services, qtbot, 5)
    verification.verify()
    qtbot.waitUntil(lambda: verification.token is None, timeout=20_000)
    assert verification.result is not None
    services.chat.set_system_prompt("Be brief.")
    assert verification.result is None
    score(services, qtbot)
    look(services, qtbot, 5)
    assert verification.is_possible
    assert verification.result is None


def test_it_can_be_cancelled_and_the_chat_goes_on(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = opened(open_real, qtbot, starter_model)
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        services.verification.verify()
        services.verification.cancel()
        assert services.verification.token is None
    finally:
        worker.resume()
    assert services.verification.result is None
    assert len(ask(services, qtbot, "And what else?", GREEDY)) > 0
    services.attention.set_active(False)


def test_what_was_replayed_is_not_compared_with_itself(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_real(False)
    services.settings.set(RECORD_ATTENTION, "off")
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    services.inspector.set_open(True)
    ask(services, qtbot, "Hello", GREEDY)
    look(services, qtbot, 1)
    assert services.attention.state is AttentionState.READY
    assert not services.verification.is_possible
    services.verification.verify()
    assert services.verification.token is None
