import json
from string import Formatter

import pytest

from chatapp.core.errors import (
    TEXTS,
    EngineError,
    ErrorCode,
    HubError,
    ModelError,
    RequestError,
    StorageError,
    UserFixable,
    family,
)


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def params_of(code: ErrorCode) -> dict[str, str]:
    text = TEXTS[code]
    return {name: f"<{name}>" for name in fields_of(text.message) | fields_of(text.remedy)}


def test_every_code_has_a_text_and_every_text_a_code() -> None:
    assert set(TEXTS) == set(ErrorCode)


@pytest.mark.parametrize("code", ErrorCode)
def test_texts_are_a_sentence_and_a_remedy(code: ErrorCode) -> None:
    text = TEXTS[code]
    for sentence in (text.message, text.remedy):
        assert sentence == sentence.strip()
        assert sentence.endswith((".", '".'))
        assert "\n" not in sentence
    assert text.message[0].isupper() or text.message.startswith("{")
    assert text.remedy[0].isupper()


@pytest.mark.parametrize("code", ErrorCode)
def test_placeholders_are_plain_names(code: ErrorCode) -> None:
    # Anything more, like {x.y} or {x!r}, would not survive translation and format_map with strings.
    for name in params_of(code):
        assert name.isidentifier()


@pytest.mark.parametrize("code", ErrorCode)
def test_every_template_is_filled_in(code: ErrorCode) -> None:
    params = params_of(code)
    error = family(code)(code, **params)
    shown = error.message + error.remedy
    assert "{" not in shown
    assert "}" not in shown
    for value in params.values():
        assert value in shown
    assert str(error) == error.message


@pytest.mark.parametrize("code", ErrorCode)
def test_errors_come_back_from_the_wire(code: ErrorCode) -> None:
    error = family(code)(code, "details\n자세히", **params_of(code))
    back = UserFixable.from_json(json.loads(json.dumps(error.to_json())))
    assert type(back) is type(error)
    assert (back.code, back.params, back.details) == (error.code, error.params, error.details)
    assert (back.message, back.remedy) == (error.message, error.remedy)


@pytest.mark.parametrize("code", ErrorCode)
def test_a_missing_parameter_is_noticed_where_the_error_is_made(code: ErrorCode) -> None:
    if fields_of(TEXTS[code].message):
        with pytest.raises(KeyError):
            UserFixable(code)


def test_parameters_are_shown_as_they_are() -> None:
    error = ModelError(ErrorCode.MODEL_MISSING, path="/a {b} %1 한글.gguf")
    assert error.message == "There is no model file at /a {b} %1 한글.gguf."


def test_numbers_become_words_of_the_sentence() -> None:
    error = RequestError(ErrorCode.CONTEXT_FULL, needed=5000, available=4096)
    assert error.params == {"needed": "5000", "available": "4096"}
    assert "5000" in error.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ErrorCode.MODEL_BROKEN, ModelError),
        (ErrorCode.MODEL_LOAD_FAILED, ModelError),
        (ErrorCode.NO_MODEL, RequestError),
        (ErrorCode.ENGINE_HUNG, EngineError),
        (ErrorCode.CONTEXT_FULL, RequestError),
        (ErrorCode.NO_ATTENTION, RequestError),
        (ErrorCode.FOLDER_UNUSABLE, StorageError),
        (ErrorCode.ALREADY_RUNNING, StorageError),
        (ErrorCode.DATABASE_TOO_NEW, StorageError),
        (ErrorCode.DISK_FULL, StorageError),
        (ErrorCode.FILE_FAILED, StorageError),
        (ErrorCode.HUB_GATED, HubError),
        (ErrorCode.DOWNLOAD_DAMAGED, HubError),
    ],
)
def test_codes_belong_to_families(code: ErrorCode, kind: type[UserFixable]) -> None:
    assert family(code) is kind


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="unheard_of"):
        UserFixable.from_json({"code": "unheard_of"})
