"""Words for things declared below the ui, and the choice of the language."""

import string

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from chatapp.core.errors import TEXTS, ErrorCode, RequestError, UserFixable, family
from chatapp.settings.schema import SETTINGS, TEMPERATURE
from chatapp.ui import i18n


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_is_filled_in(qapp: QApplication, code: ErrorCode, language: str) -> None:
    i18n.install(language)
    text = TEXTS[code]
    names = {name for part in (text.message, text.remedy) for _, name, _, _ in string.Formatter().parse(part) if name}
    error: UserFixable = family(code)(code, **dict.fromkeys(names, "VALUE"))
    message, remedy = i18n.error_text(error)
    assert message
    assert remedy
    assert "{" not in message + remedy
    if language == "en":
        assert (message, remedy) == (error.message, error.remedy)
    else:
        assert message != error.message or code is ErrorCode.INVALID_ARGUMENT


def test_a_missing_value_does_not_hide_the_message(qapp: QApplication) -> None:
    message, _remedy = i18n.error_text(RequestError(ErrorCode.NO_MODEL))
    assert message == "No model is loaded."
    assert i18n.fill("{path} is {what}", {"path": "/x"}) == "/x is {what}"


def test_a_setting_is_named_in_the_users_language(qapp: QApplication) -> None:
    i18n.install("ko")
    assert i18n.setting_text(TEMPERATURE)[0] == "온도"
    message, _remedy = i18n.error_text(
        RequestError(ErrorCode.INVALID_SETTING, name="Temperature", value=9, reason="it must lie between 0 and 5")
    )
    assert message.startswith("온도")
    assert all(i18n.setting_text(setting)[1] for setting in SETTINGS if not setting.hidden)


def test_numbers_follow_the_language(qapp: QApplication) -> None:
    i18n.install("ko")
    assert QLocale().language() is QLocale.Language.Korean
    i18n.install("en")
    assert QLocale().language() is QLocale.Language.English


@pytest.mark.parametrize(("tags", "expected"), [(["ko-KR", "en-US"], "ko"), (["fr-FR", "ko"], "ko"), (["fr"], "en")])
def test_auto_follows_the_system(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tags: list[str], expected: str
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda *_args: tags)
    i18n.install("auto")
    assert i18n.language() == expected
