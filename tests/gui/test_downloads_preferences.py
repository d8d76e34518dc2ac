"""The preferences of downloads: what is typed takes effect at once; a token is checked and kept in the keyring."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode
from chatapp.hub import token_store
from chatapp.hub.proxies import Proxy, proxy_for
from chatapp.services.bundle import Services
from chatapp.services.hub_access import Kept
from chatapp.settings import schema
from chatapp.settings.setting import Section
from chatapp.ui.preferences.dialog import PreferencesDialog
from tests.helpers.hub_server import Hub, running_hub
from tests.services.conftest import Make


class Keyring(KeyringBackend):
    """Stands where the system's own one does."""

    priority = 1.0
    secrets: ClassVar[dict[tuple[str, str], str]] = {}
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> type[Keyring]:
    monkeypatch.setattr(token_store, "backend_kind", lambda: Keyring)
    monkeypatch.setattr(Keyring, "secrets", {})
    monkeypatch.setattr(Keyring, "locked", False)
    return Keyring


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with running_hub() as hub:
        hub.token = "hf_good"
        yield hub


@pytest.fixture
def services(make_services: Make, hub: Hub, keyring: type[Keyring]) -> Services:
    del keyring
    services = make_services()
    services.settings.set(schema.HUB, hub.url)
    return services


@pytest.fixture
def preferences(services: Services, qtbot: QtBot) -> PreferencesDialog:
    dialog = PreferencesDialog(services)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show_at(Section.NETWORK, "tokenEdit")
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def text(preferences: PreferencesDialog, name: str) -> str:
    return preferences.findChild(QLabel, name).text()


def type_token(preferences: PreferencesDialog, qtbot: QtBot, token: str) -> None:
    edit = preferences.findChild(QLineEdit, "tokenEdit")
    qtbot.keyClicks(edit, token)
    qtbot.mouseClick(preferences.findChild(QPushButton, "tokenEnter"), Qt.MouseButton.LeftButton)
    assert edit.text() == ""
    assert text(preferences, "tokenState").startswith("Asking 127.0.0.1:")


def test_a_token_is_checked_kept_and_there_again_next_time(
    preferences: PreferencesDialog, services: Services, make_services: Make, keyring: type[Keyring], qtbot: QtBot
) -> None:
    type_token(preferences, qtbot, "hf_good")
    qtbot.waitUntil(lambda: services.hub.token.kept is Kept.KEYRING)
    assert text(preferences, "tokenState") == "Signed in as somebody. The token is in the keyring of this computer."
    endpoint = services.hub.source().endpoint
    assert keyring.secrets == {("ChatApp", endpoint): "hf_good"}
    assert services.hub.source().token == "hf_good"
    services.close()
    files = [path.read_bytes() for path in services.paths.data.rglob("*") if path.is_file()]
    assert not any(b"hf_good" in data for data in files)
    again = make_services()
    assert again.hub.source().token == ""
    with qtbot.waitSignal(again.hub.changed):
        again.hub.start()
    assert again.hub.source().token == "hf_good"
    again.settings.set(schema.HUB, "https://mirror.example")
    assert again.hub.source().token == ""  # it is that hub's only
    again.settings.set(schema.HUB, endpoint)
    again.hub.remove_token()
    qtbot.waitUntil(lambda: not keyring.secrets)
    qtbot.waitUntil(lambda: again.settings.get(schema.SAVED_TOKENS) == ())
    assert again.hub.source().token == ""


def test_a_wrong_token_is_not_kept(preferences: PreferencesDialog, services: Services, qtbot: QtBot) -> None:
    type_token(preferences, qtbot, "hf_wrong")
    qtbot.waitUntil(lambda: services.hub.token.error is not None)
    assert "did not accept the access token. Make a new token" in text(preferences, "tokenError")
    assert text(preferences, "tokenState") == "There is none."
    assert services.hub.source().token == ""


def test_without_a_keyring_it_lasts_until_the_end(
    preferences: PreferencesDialog, services: Services, keyring: type[Keyring], qtbot: QtBot
) -> None:
    keyring.locked = True
    type_token(preferences, qtbot, "hf_good")
    qtbot.waitUntil(lambda: services.hub.token.error is not None)
    assert text(preferences, "tokenState") == "Signed in as somebody, until ChatApp is closed."
    assert text(preferences, "tokenError").startswith("The keyring of this computer cannot be used: it is locked.")
    assert services.hub.source().token == "hf_good"
    assert services.settings.get(schema.SAVED_TOKENS) == ()


def test_no_secret_service_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    with pytest.raises(token_store.HubError) as caught:
        token_store.load("https://huggingface.co")
    assert caught.value.code is ErrorCode.HUB_KEYRING
    assert "no keyring runs here" in caught.value.message


def test_the_environment_decides_and_is_shown(
    make_services: Make, keyring: type[Keyring], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.example:8080")
    services = make_services()
    services.settings.set(schema.HUB, "https://other.example")
    source = services.hub.source()
    assert (source.endpoint, source.token) == ("https://mirror.example", "hf_secret")
    dialog = PreferencesDialog(services)
    qtbot.addWidget(dialog)
    note = text(dialog, "environmentNote")
    assert "HF_ENDPOINT = https://mirror.example/" in note
    assert "HTTPS_PROXY = http://proxy.example:8080" in note
    assert "secret" not in note
    assert text(dialog, "tokenState") == "The one in HF_TOKEN of the environment is used."
    assert dialog.findChild(QLineEdit, "tokenEdit").isHidden()


def test_half_an_address_is_no_mistake_yet(preferences: PreferencesDialog, services: Services, qtbot: QtBot) -> None:
    row = preferences._rows[schema.HUB.key]
    edit = row.field.findChild(QLineEdit)
    before = services.settings.get(schema.HUB)
    edit.clear()
    qtbot.keyClicks(edit, "http://mirror.example")
    assert row._error.isHidden()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert row._error.text().startswith("Model hub cannot be http://mirror.example: it must begin with https://.")
    assert services.settings.get(schema.HUB) == before
    edit.clear()
    qtbot.keyClicks(edit, "https://mirror.example/")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert services.hub.source().endpoint == "https://mirror.example"
    assert edit.text() == "https://mirror.example"
    assert row._error.isHidden()


def test_the_way_is_the_one_that_was_chosen(
    preferences: PreferencesDialog, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://system.example:3128")
    monkeypatch.setenv("no_proxy", "")
    address = preferences._rows[schema.PROXY_ADDRESS.key]
    assert not address.isEnabled()
    seen = [proxy_for("https", "huggingface.co")]
    for way in ("none", "own"):
        services.settings.set(schema.PROXY, way)
        services.settings.set(schema.PROXY_ADDRESS, "socks5://me:secret@127.0.0.1:9050")
        seen.append(proxy_for("https", "huggingface.co"))
    assert address.isEnabled()
    assert seen == [
        Proxy("http", "system.example", 3128),
        None,
        Proxy("socks5", "127.0.0.1", 9050, "me", "secret"),
    ]
    assert "system.example" not in text(preferences, "environmentNote")  # it counts no more
    services.settings.reset(schema.PROXY)
    assert proxy_for("https", "huggingface.co") == seen[0]
