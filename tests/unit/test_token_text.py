"""Token texts: nothing invisible stays so, and nothing untrusted can change how a line is drawn."""

import pytest

from chatapp.core.token_text import byte_text, hex_text, token_text, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cat", "cat"),
        (" cat", " cat"),
        ("\n\n", "⏎⏎"),
        (".\r\n\t", ".␍⏎⇥"),
        ("\u202eevil", "⟨U+202E⟩evil"),
        ("\u200b", "⟨U+200B⟩"),
        ("\u200d", "⟨U+200D⟩"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("\ufe0f", "⟨U+FE0F⟩"),
        ("\U000e0100", "⟨U+E0100⟩"),
        ("\u115f", "⟨U+115F⟩"),
        ("\u3164", "⟨U+3164⟩"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("\x07", "␇"),
        ("\u3000", "⟨U+3000⟩"),
        ("\u0301", "◌\u0301"),
        ("한글", "한글"),
    ],
)
def test_everything_is_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_tokens_end() -> None:
    assert visible("-" * 500) == "-" * 63 + "…"


def test_in_lists() -> None:
    assert token_text(5, b" a b") == "·a·b"
    assert token_text(7, b"") == "⟨7⟩"
    assert token_text(9, "한".encode()[:2]) == "<ED><95>" == byte_text(b"\xed\x95")
    assert token_text(9, b" " + "음한".encode()[:4] + b"\n\xff") == "·음<ED>⏎<FF>"
    assert hex_text(b" ca") == "20 63 61"
