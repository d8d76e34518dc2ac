"""The language of the window: installs the translators, and words for things that are declared below the ui."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from chatapp.core.errors import TEXTS, UserFixable, fill
from chatapp.paths import resources
from chatapp.settings.setting import Setting

if TYPE_CHECKING:
    from chatapp.services.notices import Notice

LANGUAGES = {"en": "English", "ko": "한국어"}  # each in its own words, never translated


class _Installed:
    """What is in use now; Qt does not tell."""

    language = ""  # nothing yet
    translators: tuple[QTranslator, ...] = ()


def install(language: str) -> None:
    """Speak *language* ("auto", "en" or "ko"): windows that are open are told by ``QEvent.LanguageChange``."""
    wanted = _resolve(language)
    app = QCoreApplication.instance()
    if app is None or wanted == _Installed.language:
        return
    for translator in _Installed.translators:
        app.removeTranslator(translator)
    _Installed.language = wanted
    _Installed.translators = ()
    QLocale.setDefault(QLocale(wanted))
    if wanted == "en":
        return  # the source language
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    found = []
    for name, folder in ((f"qtbase_{wanted}", qt_folder), (f"chatapp_{wanted}", str(resources() / "i18n"))):
        translator = QTranslator()
        if translator.load(name, folder):
            found.append(translator)
    _Installed.translators = tuple(found)
    for translator in found:
        app.installTranslator(translator)


def language() -> str:
    """The language now spoken: "en" or "ko"."""
    return _Installed.language or "en"


def error_text(error: UserFixable) -> tuple[str, str]:
    """What is wrong and what to do, in the user's language."""
    text = TEXTS[error.code]
    translate = QCoreApplication.translate
    reason = error.params.get("reason", "")
    params = error.words(translate("reasons", reason) if reason else "")
    if "name" in params:  # of a setting
        params["name"] = setting_word(params["name"])
    return fill(translate("errors", text.message), params), fill(translate("errors", text.remedy), params)


def notice_text(notice: "Notice") -> tuple[str, str]:
    """The message and the remedy of a notice; the remedy may be empty."""
    if notice.error is not None:
        return error_text(notice.error)
    translate = QCoreApplication.translate
    remedy = notice.remedy
    return fill(translate("notices", notice.template), notice.params), translate("notices", remedy) if remedy else ""


def setting_text(setting: Setting[Any]) -> tuple[str, str]:
    """Title and explanation of a setting."""
    return setting_word(setting.title), setting_word(setting.description)


def setting_word(text: str) -> str:
    """One of the words that the settings are declared with."""
    return QCoreApplication.translate("settings", text) if text else ""


def _resolve(language: str) -> str:
    if language in LANGUAGES:
        return language
    for tag in QLocale.system().uiLanguages():
        code = tag.replace("_", "-").split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"
