from dataclasses import replace

import pytest

from chatapp.core.errors import ErrorCode, ModelError, RequestError
from chatapp.hub.gguf import read_header
from chatapp.hub.plan import MEMORY, Verdict, larger_contexts, make_plan, smaller_context
from chatapp.protocol.messages import Device, LoadOptions
from tests.unit.hub.builders import write_model

GB = 10**9
CARD = Device("Vulkan0", "A card", "gpu", 8 * GB, 8 * GB)


@pytest.fixture
def header(tmp_path):
    """A model of 32 layers and 5 GB; 8192 tokens of context take 1.07 GB."""
    small = read_header(write_model(tmp_path / "m.gguf"))
    return replace(
        small, block_count=32, kv_head_counts=(8,) * 32, key_length=128, value_length=128, context_length=131_072,
        vocab_size=32_000, tensor_bytes=5 * GB, block_bytes=4_400_000_000, input_bytes=300_000_000,
    )  # fmt: skip


def shares(plan):
    return {share.name: share for share in plan.shares}


def test_without_a_card_everything_is_in_memory(header):
    plan = make_plan(header, LoadOptions(), (), 16 * GB)
    assert plan.options.n_ctx == 8192
    assert plan.options.n_gpu_layers == 0
    assert [share.name for share in plan.shares] == [MEMORY]
    assert plan.shares[0].need == plan.need.total
    assert plan.verdict is Verdict.FITS


def test_a_large_card_takes_all_and_the_embedding_stays(header):
    plan = make_plan(header, LoadOptions(), (CARD,), 16 * GB)
    assert plan.options.n_gpu_layers == plan.n_layers == 33
    found = shares(plan)
    assert found["Vulkan0"].need > 4_700_000_000 + plan.need.kv_cache
    assert found[MEMORY].need < 300_000_000 + plan.need.compute + 1


def test_a_small_card_takes_what_it_can_hold(header):
    for free in (1, 2, 3, 5):
        plan = make_plan(header, LoadOptions(), (replace(CARD, free=free * GB),), 16 * GB)
        assert 0 < plan.options.n_gpu_layers < 33
        assert shares(plan)["Vulkan0"].need <= free * GB
        assert plan.verdict is Verdict.FITS
        more = make_plan(
            header, LoadOptions(n_gpu_layers=plan.options.n_gpu_layers + 2), (replace(CARD, free=free * GB),), 16 * GB
        )
        assert shares(more)["Vulkan0"].need > free * GB * 0.9


def test_the_record_of_attention_is_counted_and_gives_way(header):
    header = replace(header, head_counts=(32,) * 32)
    token = 2 * 32 * 32 * 128  # bytes

    def planned(memory, recording=GB, devices=(), **options):
        return make_plan(header, LoadOptions(n_ctx=2048, recording=recording, **options), devices, memory)

    without = planned(16 * GB, 0)
    plan = planned(16 * GB)
    assert plan.need.recording == 2048 * token
    assert plan.shares[0].need == plan.need.total == without.need.total + 2048 * token
    assert planned(16 * GB, 10_000).need.recording == 10_000
    tight = planned(round(without.need.total * 1.1))
    assert tight.verdict is Verdict.FITS
    assert 0 < tight.need.recording == tight.options.recording < 2048 * token
    assert planned(without.need.total).options.recording == 0
    assert planned(16 * GB, devices=(CARD,)).need.recording == 0, "with a card nothing is recorded"
    assert planned(16 * GB, flash_attention="off").need.recording == 0


def test_no_byte_is_lost_between_the_shares(header):
    plan = make_plan(header, LoadOptions(n_gpu_layers=16), (CARD,), 16 * GB)
    found = shares(plan)
    apart = found[MEMORY].need + found["Vulkan0"].need
    assert apart == pytest.approx(plan.need.total + plan.need.compute - 80_000_000 + 300_000_000, abs=4)


def test_two_cards_share_by_what_they_have_free(header):
    other = replace(CARD, name="Vulkan1", free=2 * GB)
    found = shares(make_plan(header, LoadOptions(), (CARD, other), 16 * GB))
    assert found["Vulkan0"].need > found["Vulkan1"].need > 0
    only = shares(make_plan(header, LoadOptions(device="Vulkan1"), (CARD, other), 16 * GB))
    assert set(only) == {MEMORY, "Vulkan1"}


def test_a_card_without_memory_of_its_own_takes_the_computers(header):
    shared = replace(CARD, kind="igpu")
    plan = make_plan(header, LoadOptions(), (shared,), 16 * GB)
    assert [share.name for share in plan.shares] == [MEMORY]
    assert plan.options.n_gpu_layers == 33
    assert plan.shares[0].need > plan.need.total


def test_the_automatic_context_shrinks_until_it_fits(header):
    plan = make_plan(header, LoadOptions(), (), 6 * GB)
    assert plan.options.n_ctx == 4096
    assert plan.verdict is Verdict.FITS
    asked = make_plan(header, LoadOptions(n_ctx=8192), (), 6 * GB)
    assert asked.options.n_ctx == 8192
    assert asked.verdict is Verdict.TOO_LARGE


def test_the_smaller_context_is_the_longest_that_fits(header):
    options = LoadOptions(n_ctx=100_000)
    found = smaller_context(header, options, (), 10 * GB)
    assert found % 256 == 0
    assert make_plan(header, replace(options, n_ctx=found), (), 10 * GB).verdict is Verdict.FITS
    assert make_plan(header, replace(options, n_ctx=found + 256), (), 10 * GB).verdict is not Verdict.FITS
    assert smaller_context(header, options, (), 2 * GB) == 0
    trained_short = replace(header, context_length=4096)
    assert smaller_context(trained_short, options, (), 10 * GB) == 4096


def test_what_does_not_fit_says_which_memory(header):
    plan = make_plan(header, LoadOptions(n_gpu_layers=33), (replace(CARD, free=GB),), 16 * GB)
    with pytest.raises(ModelError) as caught:
        plan.check()
    assert caught.value.code is ErrorCode.MODEL_TOO_LARGE
    assert caught.value.params["available"] == "1.0 GB"


def test_just_enough_is_tight(header):
    need = make_plan(header, LoadOptions(n_ctx=8192), (), 16 * GB).need.total
    assert make_plan(header, LoadOptions(n_ctx=8192), (), round(need * 1.01)).verdict is Verdict.TIGHT


@pytest.mark.parametrize(
    "options",
    [LoadOptions(kv_type="q8_0", flash_attention="off"), LoadOptions(kv_type="q5_9"), LoadOptions(n_ctx=-1),
     LoadOptions(flash_attention="maybe"), LoadOptions(n_gpu_layers=-2), LoadOptions(n_threads=10**9)],
)  # fmt: skip
def test_contradictions_are_refused(header, options):
    with pytest.raises(RequestError) as caught:
        make_plan(header, options, (), 16 * GB)
    assert caught.value.code is ErrorCode.INVALID_SETTING


def test_a_quantized_cache_needs_heads_of_whole_blocks(header):
    odd = replace(header, key_length=80, value_length=80)
    with pytest.raises(RequestError, match="80 wide"):
        make_plan(odd, LoadOptions(kv_type="q4_0"), (), 16 * GB)
    assert make_plan(header, LoadOptions(kv_type="q4_0"), (), 16 * GB).need.kv_cache < 400_000_000


def test_a_card_that_is_not_there_is_refused(header):
    with pytest.raises(RequestError, match="no graphics card called Vulkan7"):
        make_plan(header, LoadOptions(device="Vulkan7"), (CARD,), 16 * GB)


@pytest.mark.parametrize(
    ("needed", "n_ctx", "limit", "expected"),
    [
        (3000, 2048, 131_072, [4096, 3328]),
        (3100, 2048, 131_072, [5120, 3328]),
        (3000, 2048, 4000, [4000, 3328]),
        (3000, 2048, 3200, [3200]),
        (3000, 2048, 3100, []),  # no room for a reply
        (3000, 4096, 4096, []),
        (700, 4096, 8192, []),  # fits already
    ],
)
def test_larger_contexts_leave_room_for_a_reply(needed, n_ctx, limit, expected):
    assert larger_contexts(needed, n_ctx, limit) == expected
