"""What the engine can compute on, and how a load is told where."""

import psutil
import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.engine.client import EngineClient
from chatapp.engine.devices import list_devices, used_devices
from chatapp.protocol.messages import ChatMessage, Finished, Generate, LoadOptions, SamplingParams, Tokens
from tests.helpers.tiny_models import tiny

GREEDY = Generate(0, (ChatMessage("user", "hello"),), SamplingParams(temperature=0, max_tokens=12))


def test_the_processor_is_listed_with_what_is_free() -> None:
    (cpu,) = [device for device in list_devices() if device.kind == "cpu"]
    memory = psutil.virtual_memory()
    assert cpu.name == "CPU"
    assert cpu.description
    assert abs(cpu.total - memory.total) < 0.05 * memory.total
    assert abs(cpu.free - memory.available) < 0.1 * memory.total


def test_the_worker_tells_them_before_anything_is_loaded() -> None:
    with EngineClient() as client:
        names = [device.name for device in client.hello().devices]
        assert names == [device.name for device in list_devices()]
        info = client.load(str(tiny("llama-f32")), LoadOptions(n_gpu_layers=0))
    assert info.n_gpu_layers == 0
    assert info.devices == ()


def test_a_card_that_is_not_there() -> None:
    with pytest.raises(UserFixable, match="no graphics card called Vulkan7") as caught:
        used_devices(-1, "Vulkan7")
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    assert used_devices(0, "Vulkan7") == ()


@pytest.mark.parametrize("options", [LoadOptions(kv_type="q8_0"), LoadOptions(kv_type="q4_0", flash_attention="on")])
def test_a_quantized_cache_writes_much_the_same(options: LoadOptions) -> None:
    """The tiny model's heads are 32 wide here: one block."""
    logprobs = []
    for given in (options, LoadOptions()):
        with EngineClient() as client:
            client.load(str(tiny("gemma3-f32")), given)
            traces = [event.trace for event in client.generate(GREEDY) if isinstance(event, Tokens)]
        logprobs.append(traces[0].logprobs[0])
    assert logprobs[0] == pytest.approx(logprobs[1], abs=0.5)
    assert logprobs[0] != logprobs[1]  # it really was another cache


def test_contradicting_options_are_refused_by_the_worker_too() -> None:
    with EngineClient() as client:
        with pytest.raises(UserFixable, match="needs flash attention") as caught:
            client.load(str(tiny("llama-f32")), LoadOptions(kv_type="q8_0", flash_attention="off"))
        assert caught.value.code is ErrorCode.INVALID_SETTING
        client.load(str(tiny("llama-f32")), LoadOptions(flash_attention="off", kv_type="f32"))
        assert isinstance(list(client.generate(GREEDY))[-1], Finished)


def test_heads_that_are_no_whole_blocks_are_one_sentence() -> None:
    with EngineClient() as client, pytest.raises(UserFixable) as caught:
        client.load(str(tiny("llama-f32")), LoadOptions(kv_type="q8_0"))
    assert caught.value.code is ErrorCode.CONTEXT_FAILED
    assert "block size 32" in caught.value.message
