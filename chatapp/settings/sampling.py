"""The default sampling values as `SamplingParams`, and back."""

from dataclasses import fields

from chatapp.core.errors import RequestError
from chatapp.core.generation import SamplingParams
from chatapp.settings.file import Settings
from chatapp.settings.schema import BY_KEY


def sampling_params(settings: Settings) -> SamplingParams:
    """What a new conversation samples with."""
    values = {field.name: settings.get(BY_KEY[f"sampling.{field.name}"]) for field in fields(SamplingParams)}
    try:
        return SamplingParams(**values).checked()
    except RequestError:  # a settings file edited by hand: each value is fine, together they are not
        for name in ("order", "disabled", "mirostat", "grammar"):
            values[name] = getattr(SamplingParams(), name)
        return SamplingParams(**values).checked()


def set_sampling_params(settings: Settings, params: SamplingParams) -> None:
    """Make *params* the defaults (not saved yet)."""
    for field in fields(SamplingParams):
        settings.set(BY_KEY[f"sampling.{field.name}"], getattr(params, field.name))
