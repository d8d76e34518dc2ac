"""Adapters of a conversation: added, scaled, removed, kept with it, and sent."""

from collections.abc import Callable

from PySide6.QtWidgets import QDoubleSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.protocol.messages import Generate
from chatapp.services.bundle import Services
from chatapp.ui.adapters import AdapterList
from tests.services.conftest import ready


def visible(listed: AdapterList, kind: type) -> list:
    return [child for child in listed.findChildren(kind) if not child.isHidden() and not child.parent().isHidden()]


def test_add_scale_and_remove(services: Services, qtbot: QtBot) -> None:
    listed = AdapterList(services)
    qtbot.addWidget(listed)
    listed.show()
    listed.add("/a/one.gguf")
    listed.add("/a/two.gguf")
    listed.add("/a/one.gguf")
    chat = services.chat
    assert chat.conversation.adapters == (AdapterUse("/a/one.gguf"), AdapterUse("/a/two.gguf"))
    qtbot.waitUntil(lambda: len(visible(listed, QDoubleSpinBox)) == 2)
    visible(listed, QDoubleSpinBox)[1].setValue(0.5)
    assert chat.conversation.adapters[1] == AdapterUse("/a/two.gguf", 0.5)
    visible(listed, QToolButton)[0].click()
    assert chat.conversation.adapters == (AdapterUse("/a/two.gguf", 0.5),)
    qtbot.waitUntil(lambda: len(visible(listed, QDoubleSpinBox)) == 1)


def test_they_are_sent_and_kept(make_services: Callable[[], Services], qtbot: QtBot) -> None:
    services = ready(make_services(), qtbot)
    sent: list[Generate] = []
    generate = services.engine.generate
    services.engine.generate = lambda request: sent.append(request) or generate(request)  # type: ignore[method-assign]
    services.chat.set_adapters((AdapterUse("/한/a.gguf", -0.5),))
    with qtbot.waitSignal(services.chat.message_changed, timeout=10_000):
        services.chat.send("hello")
    assert sent[0].adapters == (AdapterUse("/한/a.gguf", -0.5),)
    number = services.chat.conversation.id
    assert services.chat.conversation.sampling is None
    services.close()
    again = make_services()
    loaded = again.storage.read_now(lambda store: store.load(number))
    assert loaded.adapters == (AdapterUse("/한/a.gguf", -0.5),)
    assert loaded.sampling is None
