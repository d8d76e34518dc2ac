"""Downloads and searches through proxies, which alone know the hub's name."""

import random
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub import connection, proxies
from chatapp.hub.catalogue import Catalogue, Query
from chatapp.hub.download import Options, download
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop, Stopped
from tests.helpers.hub_server import Hub, running_hub
from tests.helpers.proxy_servers import running_connect, running_socks

DATA = random.Random(11).randbytes(1_500_000)
FAST = Options(first_delay=0.001, attempts=2, headroom=0)
LOGIN = ("me:you", "p@ss/w ö rd")
QUOTED = "me%3Ayou:p%40ss%2Fw%20%C3%B6%20rd@"


@pytest.fixture
def named(hub: Hub) -> Source:
    """The hub under a name that no resolver knows."""
    hub.store_url = hub.store_url.replace("127.0.0.1", "store.test")
    return Source(hub.url.replace("127.0.0.1", "hub.test"))


def use(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.delenv("NO_PROXY", raising=False)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_socks_carries_downloads_and_searches_and_looks_names_up(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, named: Source, tmp_path: Path, scheme: str
) -> None:
    file = hub.add("model.gguf", DATA)
    hub.cards["some/model-GGUF"] = {"id": "some/model-GGUF", "tags": ["gguf"]}
    with running_socks(LOGIN) as proxy:
        use(monkeypatch, f"{scheme}://{QUOTED}{proxy.address}")
        assert download(file, tmp_path, named, Stop(), options=FAST).read_bytes() == DATA
        assert {asked.partition(":")[0] for asked in proxy.asked} == {"hub.test", "store.test"}
        (found,) = Catalogue(named).search(Query())
        assert found.repo == "some/model-GGUF"


def test_socks_without_a_password_and_to_an_address(monkeypatch: pytest.MonkeyPatch, hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    with running_socks() as proxy:
        proxy.in_pieces = True
        use(monkeypatch, f"socks5://{proxy.address}")
        assert download(file, tmp_path, Source(hub.url), Stop(), options=FAST).read_bytes() == DATA
    assert proxy.asked == [hub.url.removeprefix("http://"), hub.store_url.removeprefix("http://")]


@pytest.mark.parametrize("login", ["", "me:wrong@"])
def test_a_proxy_that_wants_another_password_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, named: Source, tmp_path: Path, login: str
) -> None:
    file = hub.add("model.gguf", DATA)
    with running_socks(LOGIN) as proxy:
        use(monkeypatch, f"socks5://{login}{proxy.address}")
        with pytest.raises(HubError) as caught:
            download(file, tmp_path, named, Stop(), options=FAST)
    assert caught.value.params["reason"] == proxies.PROXY_LOGIN


def test_what_is_no_proxy_that_can_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, named: Source, tmp_path: Path
) -> None:
    file = hub.add("model.gguf", DATA)
    with running_socks() as proxy:
        proxy.is_another = True
        for address, reason in {
            f"socks5://{proxy.address}": proxies.NO_SOCKS,
            "ftp://127.0.0.1:1": proxies.UNKNOWN_PROXY,
            "socks5://127.0.0.1:99999": proxies.UNKNOWN_PROXY,
        }.items():
            use(monkeypatch, address)
            with pytest.raises(HubError) as caught:
                download(file, tmp_path, named, Stop(), options=FAST)
            assert caught.value.params["reason"] == reason
    with pytest.raises(HubError) as caught:
        Catalogue(named, 5).search(Query())
    assert proxies.UNKNOWN_PROXY in caught.value.message


class Impatient(Stop):
    """Stops as soon as it should wait."""

    def wait(self, seconds: float) -> None:
        raise Stopped


def test_a_proxy_that_reaches_nobody_is_a_missing_network(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, named: Source, tmp_path: Path
) -> None:
    file, seen = hub.add("model.gguf", DATA), []
    with running_socks() as proxy:
        proxy.refuses = True
        use(monkeypatch, f"socks5://{proxy.address}")
        with pytest.raises(Stopped):
            download(file, tmp_path, named, Impatient(), seen.append, options=FAST)
    assert [(progress.phase, progress.reason) for progress in seen] == [("offline", "SOCKS: connection refused")]


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Hub, RemoteFile]]:
    """A hub whose certificate is that of ``hub.test``, which we trust."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=hub.test", "-addext", "subjectAltName=DNS:hub.test,DNS:store.test"),
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    ours = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(connection, "tls", lambda: ours)
    with running_hub(tls=theirs) as hub:
        hub.url = hub.url.replace("127.0.0.1", "hub.test")
        hub.store_url = hub.store_url.replace("127.0.0.1", "store.test")
        yield hub, hub.add("model.gguf", DATA)


@pytest.mark.parametrize("kind", ["connect", "socks"])
def test_tls_goes_through_proxies_end_to_end(
    monkeypatch: pytest.MonkeyPatch, secure: tuple[Hub, RemoteFile], tmp_path: Path, kind: str
) -> None:
    hub, file = secure
    with running_connect(LOGIN) if kind == "connect" else running_socks(LOGIN) as proxy:
        use(monkeypatch, f"{'http' if kind == 'connect' else 'socks5'}://{QUOTED}{proxy.address}")
        assert download(file, tmp_path, Source(hub.url, "hf_secret"), Stop(), options=FAST).read_bytes() == DATA
        assert proxy.asked == [hub.url.removeprefix("https://"), hub.store_url.removeprefix("https://")]
    assert "proxy-authorization" not in hub.asked_hub[0].headers
    assert hub.asked_hub[0].headers["authorization"] == "Bearer hf_secret"


def test_a_proxy_that_forbids_connect_is_told_and_one_that_reaches_nobody_waited_for(
    monkeypatch: pytest.MonkeyPatch, secure: tuple[Hub, RemoteFile], tmp_path: Path
) -> None:
    hub, file = secure
    seen = []
    with running_connect(LOGIN) as proxy:
        use(monkeypatch, f"http://{proxy.address}")
        with pytest.raises(HubError) as caught:
            download(file, tmp_path, Source(hub.url), Stop(), options=FAST)
        assert caught.value.code == ErrorCode.HUB_FAILED
        assert "407" in caught.value.message
        proxy.refuses = True
        use(monkeypatch, f"http://{QUOTED}{proxy.address}")
        with pytest.raises(Stopped):
            download(file, tmp_path, Source(hub.url), Impatient(), seen.append, options=FAST)
    assert seen[0].phase == "offline"
    assert "502" in seen[0].reason
