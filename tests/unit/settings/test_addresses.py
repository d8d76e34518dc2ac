import pytest

from chatapp.core.errors import RequestError
from chatapp.settings.schema import DOWNLOAD_FOLDER, HUB, PROXY_ADDRESS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" https://hf-mirror.com/ ", "https://hf-mirror.com"),
        ("https://models.example:8443/hub", "https://models.example:8443/hub"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_hub_is_secure_or_on_this_computer(typed: str, kept: str) -> None:
    assert HUB.checked(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "http://hf-mirror.com", "http://127.0.0.1.evil.example", "hf-mirror.com", "ftp://hf.example", "https://",
        "https://me:secret@hf.example", "https://hf.example/?a=1", "https://hf.example/#x", "https://hf.example:99999",
        "https://hf .example", "https://hf.example\nx", "https://[1",
    ],
)  # fmt: skip
def test_other_addresses_of_a_hub_are_refused(typed: str) -> None:
    with pytest.raises(RequestError):
        HUB.checked(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("proxy.example:8080", "http://proxy.example:8080"), ("socks5://127.0.0.1:9050/", "socks5://127.0.0.1:9050"),
     ("http://me:secret@proxy.example", "http://me:secret@proxy.example"), ("", "")],
)  # fmt: skip
def test_a_proxy_has_an_address(typed: str, kept: str) -> None:
    assert PROXY_ADDRESS.checked(typed) == kept


@pytest.mark.parametrize("typed", ["ftp://proxy.example", "socks4://x", "http://", "proxy.example:http", "http://p/x"])
def test_other_addresses_of_a_proxy_are_refused(typed: str) -> None:
    with pytest.raises(RequestError) as caught:
        PROXY_ADDRESS.checked(typed)
    assert "{" not in caught.value.message


@pytest.mark.parametrize("typed", ["models", "./models", "/a\0b"])
def test_a_folder_is_a_whole_path(typed: str) -> None:
    with pytest.raises(RequestError):
        DOWNLOAD_FOLDER.checked(typed)
