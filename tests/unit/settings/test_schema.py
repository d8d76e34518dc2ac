import re
from dataclasses import fields

import pytest

from chatapp.core.errors import RequestError
from chatapp.core.generation import BOUNDS, SamplingParams
from chatapp.settings import schema
from chatapp.settings.file import Settings
from chatapp.settings.sampling import sampling_params, set_sampling_params
from chatapp.settings.schema import BY_KEY, SETTINGS
from chatapp.settings.setting import SECTION_TITLES, Kind


def ident(setting):
    return setting.key


@pytest.mark.parametrize("setting", SETTINGS, ids=ident)
def test_default_is_allowed_and_canonical(setting):
    checked = setting.checked(setting.default)
    assert checked == setting.default
    assert type(checked) is type(setting.default)


@pytest.mark.parametrize("setting", [s for s in SETTINGS if not s.hidden], ids=ident)
def test_words_are_there_and_clean(setting):
    assert setting.title
    assert setting.section in SECTION_TITLES
    assert setting.description.endswith((".", ".”"))
    words = setting.title + setting.description + "".join(c.title for c in setting.choices)
    assert "  " not in words
    assert 1 <= len(re.findall(r"[.?!]”?(?: |$)", setting.description)) <= 3


def test_keys_are_unique():
    assert len(BY_KEY) == len(SETTINGS)


def test_hidden_settings_have_no_words():
    assert all(not s.title and not s.description for s in SETTINGS if s.hidden)


@pytest.mark.parametrize("setting", SETTINGS, ids=ident)
@pytest.mark.parametrize("value", [True, object(), {"a": 1}, float("nan"), float("inf"), [[]], "\0text", -99, 10**30])
def test_odd_values_are_refused(setting, value):
    if setting.kind is Kind.TEXT and not setting.code and isinstance(value, str):
        assert setting.checked(value) == value
        return
    with pytest.raises(RequestError) as caught:
        setting.checked(value)
    assert caught.value.message


def test_numbers():
    assert schema.FONT_SIZE.checked(0) == 0
    assert schema.FONT_SIZE.checked(8) == 8
    for value in (7, 33, 1, -1, None, "12", 12.0):
        with pytest.raises(RequestError):
            schema.FONT_SIZE.checked(value)
    whole = schema.TEMPERATURE.checked(1)
    assert isinstance(whole, float)
    assert schema.SEED.checked(None) is None
    with pytest.raises(RequestError):
        schema.TEMPERATURE.checked(None)


def test_lists_become_tuples():
    assert schema.STOP.checked(["a", "b"]) == ("a", "b")
    with pytest.raises(RequestError):
        schema.STOP.checked(["a" * 257])
    with pytest.raises(RequestError):
        schema.STOP.checked("abc")


def test_every_sampling_value_is_a_setting_with_its_bounds():
    for field in fields(SamplingParams):
        setting = BY_KEY[f"sampling.{field.name}"]
        assert setting.default == getattr(SamplingParams(), field.name)
        assert field.name not in BOUNDS or BOUNDS[field.name] in (setting.bounds, _with_special(setting))


def test_sampling_params_from_settings_and_back():
    settings = Settings()
    assert sampling_params(settings) == SamplingParams()
    wanted = SamplingParams(temperature=0.0, top_k=1, seed=7, stop=("###", "끝"), max_tokens=9, repeat_last_n=-1)
    set_sampling_params(settings, wanted)
    assert sampling_params(settings) == wanted


def _with_special(setting):
    """The bounds together with the special value below them."""
    return (setting.special.value, setting.bounds[1]) if setting.special and setting.bounds else None
