"""The default sampling values as `SamplingParams`, and back."""

from dataclasses import fields

from chatapp.core.generation import SamplingParams
from chatapp.settings.file import Settings
from chatapp.settings.schema import BY_KEY


def sampling_params(settings: Settings) -> SamplingParams:
    """What a new conversation samples with."""
    params = SamplingParams()
    for field in fields(SamplingParams):
        params = params.with_value(field.name, settings.get(BY_KEY[f"sampling.{field.name}"]))
    return params


def set_sampling_params(settings: Settings, params: SamplingParams) -> None:
    """Make *params* the defaults (not saved yet)."""
    for field in fields(SamplingParams):
        settings.set(BY_KEY[f"sampling.{field.name}"], getattr(params, field.name))
