"""What a model will take before it is there: against the plan of the real file, and which quantization to take."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub.catalogue import Catalogue
from chatapp.hub.file_names import Variant, quantization
from chatapp.hub.forecast import Badge, forecast, key, recommended
from chatapp.hub.gguf import read_header
from chatapp.hub.header_reader import BrokenHeaderError
from chatapp.hub.plan import make_plan
from chatapp.hub.quality import Quality, quality, rank
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.remote_header import FIRST, remote_header
from chatapp.hub.stop import Stop
from chatapp.protocol.messages import Device, LoadOptions
from tests.helpers.hub_server import Fault, Hub
from tests.helpers.tiny_models import tiny

GB = 10**9


def variant(name: str, size: int) -> Variant:
    return Variant(name, (RemoteFile("o/m", "c", f"{name}.gguf", size),), quantization(name))


def test_from_its_first_bytes_the_plan_is_that_of_the_file(hub: Hub, chat_model: str) -> None:
    path = Path(chat_model)
    with path.open("rb") as file:
        beginning = file.read(FIRST + 1)
    remote = replace(hub.add("m-Q4_K_M.gguf", beginning), size=path.stat().st_size)
    found = remote_header(remote, Source(hub.url), Stop(), 10)
    assert hub.asked_hub[-1].headers["range"] == f"bytes=0-{FIRST - 1}"
    real = read_header(path)
    for name in ("architecture", "block_count", "kv_head_counts", "key_length", "vocab_size", "context_length"):
        assert getattr(found, name) == getattr(real, name), name
    options, memory = LoadOptions(n_ctx=8192), 8 * GB
    known = Variant("m", (RemoteFile("o/m", "c", "m.gguf", real.size),))
    ours = forecast(known, found, real.n_params, 0, options, (), memory)
    theirs = make_plan(real, options, (), memory)
    assert ours.exact
    assert ours.plan.need.kv_cache == theirs.need.kv_cache
    assert ours.plan.need.compute == theirs.need.compute
    assert 0 <= ours.plan.need.weights - theirs.need.weights < 10_000_000  # the header is weighed, too
    guessed = forecast(known, None, real.n_params, 0, options, (), memory)
    assert not guessed.exact
    assert guessed.plan.need.total >= theirs.need.total


def test_headers_that_cannot_be_used(hub: Hub) -> None:
    broken = hub.add("broken.gguf", b"GGUF\3\0\0\0" + b"\xff" * 100)
    with pytest.raises(BrokenHeaderError):
        remote_header(broken, Source(hub.url), Stop(), 10)
    good = hub.add("good.gguf", Path(tiny("llama-q8_0")).read_bytes())
    assert remote_header(good, Source(hub.url), Stop(), 10).block_count == 3
    hub.gated.add(good.repo)
    hub.token = "hf_theirs"
    with pytest.raises(HubError) as caught:
        remote_header(good, Source(hub.url), Stop(), 10)
    assert caught.value.code == ErrorCode.HUB_GATED
    hub.gated.clear()
    hub.faults.append(Fault(hang_after=10))
    with pytest.raises(HubError) as caught:
        remote_header(good, Source(hub.url), Stop(), 0.3)
    assert caught.value.code in (ErrorCode.HUB_SLOW, ErrorCode.HUB_UNREACHABLE)


SIZES = {"Q2_K": 3.2, "Q4_0": 4.7, "Q4_K_M": 4.9, "Q5_K_M": 5.7, "Q6_K": 6.6, "Q8_0": 8.5, "F16": 16.1}
VARIANTS = [variant(f"m-8B-{name}", round(size * GB)) for name, size in SIZES.items()]


def chosen(memory: float, devices: tuple[Device, ...] = (), n_params: int = 8 * GB) -> str:
    options = LoadOptions(n_ctx=8192)
    found = {key(v): forecast(v, None, n_params, 32768, options, devices, round(memory * GB)) for v in VARIANTS}
    best = recommended(found, VARIANTS, n_params)
    return best.quantization if best else ""


@pytest.mark.parametrize(
    ("memory", "wanted"),
    [(64, "Q6_K"), (13, "Q6_K"), (10.5, "Q4_K_M"), (9.2, "Q4_K_M"), (7.8, "Q4_K_M"), (6.2, "Q2_K"), (3, "")],
)
def test_the_best_that_leaves_room_is_recommended(memory: float, wanted: str) -> None:
    assert chosen(memory) == wanted


def test_a_graphics_card_that_holds_all_of_it_comes_first() -> None:
    def card(gigabytes: float) -> tuple[Device, ...]:
        return (Device("Vulkan0", "A card", "gpu", round(gigabytes * GB), round(gigabytes * GB)),)

    assert chosen(64, card(8)) == "Q4_K_M"
    assert chosen(64, card(24)) == "Q6_K"
    assert chosen(64, card(2)) == "Q6_K"  # holds none: the computer's memory decides
    found = forecast(VARIANTS[2], None, 8 * GB, 0, LoadOptions(n_ctx=8192), card(24), 16 * GB)
    assert found.badge is Badge.GPU
    assert forecast(VARIANTS[2], None, 8 * GB, 0, LoadOptions(n_ctx=8192), card(2), 4 * GB).badge is Badge.TOO_BIG


def test_words_for_every_quantization_that_names_have() -> None:
    names = ("BF16", "Q8_0", "Q5_K_M", "UD-Q4_K_XL", "Q3_K_M", "Q2_K", "IQ2_M", "TQ1_0", "")
    assert [quality(name) for name in names] == [
        Quality.ORIGINAL, Quality.NEAR, Quality.VERY_GOOD, Quality.GOOD, Quality.FAIR, Quality.WEAK, Quality.POOR,
        Quality.TERNARY, Quality.UNKNOWN,
    ]  # fmt: skip
    order = ["IQ1_S", "IQ2_XXS", "Q2_K", "Q3_K_M", "Q4_0", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16"]
    assert sorted(order, key=rank) == order


def test_split_models_are_weighed_whole(hub: Hub) -> None:
    data = Path(tiny("llama-q8_0")).read_bytes()
    for part in (1, 2):
        hub.add(f"big-Q8_0-0000{part}-of-00002.gguf", data)
    (found,) = Catalogue(Source(hub.url)).repository("some/model-GGUF").models
    header = remote_header(found.files[0], Source(hub.url), Stop(), 10)
    plan = forecast(found, header, 0, 0, LoadOptions(n_ctx=512), (), GB).plan
    assert plan.need.weights == 2 * len(data)
