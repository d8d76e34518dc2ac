import json
import math
from dataclasses import fields

import pytest

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import BOUNDS, MAX_SEED, MAX_STOP_LENGTH, FinishReason, Fork, ReplyInfo, SamplingParams

DEFAULT = SamplingParams()
INTEGERS = ("top_k", "repeat_last_n", "seed", "max_tokens", "dry_allowed_length", "dry_last_n", "mirostat")


def test_the_defaults_are_within_their_bounds() -> None:
    assert DEFAULT.checked() is DEFAULT


def test_every_number_has_bounds() -> None:
    assert set(BOUNDS) == {
        f.name for f in fields(SamplingParams) if not isinstance(getattr(DEFAULT, f.name), (tuple, str))
    }


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_are_inclusive_and_kept(name: str) -> None:
    low, high = BOUNDS[name]
    for value in (low, high):
        assert getattr(DEFAULT.with_value(name, value), name) == value
    for value in (low - 1, high + 1, math.nextafter(low, -math.inf), math.nextafter(high, math.inf)):
        with pytest.raises(RequestError) as caught:
            DEFAULT.with_value(name, value)
        assert caught.value.code is ErrorCode.INVALID_SETTING
        assert caught.value.params["name"] == name
        assert str(value) in caught.value.message


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", True, [1], b"1", 1j])
def test_what_is_no_number_is_refused(name: str, value: object) -> None:
    with pytest.raises(RequestError, match=name):
        DEFAULT.with_value(name, value)


@pytest.mark.parametrize("name", BOUNDS)
def test_only_the_seed_can_be_left_open(name: str) -> None:
    if name == "seed":
        assert DEFAULT.with_value(name, None).seed is None
        return
    with pytest.raises(RequestError, match=name):
        DEFAULT.with_value(name, None)


@pytest.mark.parametrize("name", INTEGERS)
def test_whole_numbers_are_asked_for(name: str) -> None:
    with pytest.raises(RequestError, match="whole number"):
        DEFAULT.with_value(name, 2.0)


@pytest.mark.parametrize("name", ["temperature", "top_p", "min_p", "repeat_penalty"])
def test_a_whole_number_may_stand_for_a_fraction(name: str) -> None:
    assert getattr(DEFAULT.with_value(name, 1), name) == 1


def test_the_largest_seed_is_not_llama_cpps_word_for_random() -> None:
    assert MAX_SEED == 0xFFFFFFFF - 1


@pytest.mark.parametrize("stop", [("",), ("ok", ""), ("x" * (MAX_STOP_LENGTH + 1),)])
def test_empty_and_endless_stop_texts_are_refused(stop: tuple[str, ...]) -> None:
    with pytest.raises(RequestError, match="stop"):
        DEFAULT.with_value("stop", stop)


def test_stop_texts_up_to_the_limit_are_taken() -> None:
    stop = ("x", "\n", "끝", "x" * MAX_STOP_LENGTH)
    assert DEFAULT.with_value("stop", stop).stop == stop


def test_settings_come_back_from_json() -> None:
    params = SamplingParams(0.0, 1, 0.5, 0.1, 1.1, -1, 42, 10, ("a", "끝"))
    assert SamplingParams.from_json(json.loads(json.dumps(params.to_json()))) == params
    assert SamplingParams.from_json(json.loads(json.dumps(DEFAULT.to_json()))) == DEFAULT


def test_settings_of_other_versions_are_read() -> None:
    assert SamplingParams.from_json({}) == DEFAULT
    assert SamplingParams.from_json({"top_k": 5, "quantum": 2}) == SamplingParams(top_k=5)


@pytest.mark.parametrize("data", [{"temperature": -1}, {"top_k": 1.5}, {"seed": "x"}, {"stop": [""]}])
def test_settings_out_of_bounds_are_not_read(data: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        SamplingParams.from_json(data)


@pytest.mark.parametrize("finish", [None, *FinishReason])
def test_reply_infos_come_back_from_json(finish: FinishReason | None) -> None:
    info = ReplyInfo("모델.gguf", finish, 10, 4, 3, 0.25, 1.5, 7)
    back = ReplyInfo.from_json(json.loads(json.dumps(info.to_json())))
    assert back == info
    assert finish is None or isinstance(back.finish, FinishReason)


def test_reply_infos_of_other_versions_are_read() -> None:
    assert ReplyInfo.from_json({"model": "m", "mood": "good"}) == ReplyInfo(model="m")
    assert ReplyInfo.from_json({"cache": "of a kind yet to come"}) == ReplyInfo()
    with pytest.raises(ValueError, match="exploded"):
        ReplyInfo.from_json({"finish": "exploded"})


def test_speed_counts_the_tokens_after_the_first() -> None:
    assert ReplyInfo(completion_tokens=11, decode_seconds=2.0).tokens_per_second == 5.0
    assert ReplyInfo(completion_tokens=31, given_tokens=20, decode_seconds=2.0).tokens_per_second == 5.0
    assert ReplyInfo(completion_tokens=20, given_tokens=20, decode_seconds=2.0).tokens_per_second == 0.0
    assert ReplyInfo(completion_tokens=1, decode_seconds=0.0).tokens_per_second == 0.0
    assert ReplyInfo().tokens_per_second == 0.0
    assert ReplyInfo(completion_tokens=0, decode_seconds=1.0).tokens_per_second >= 0.0


FORK = Fork(7, 12, 99, -3.25, b" c\xed", 5, -0.5, "고".encode())


@pytest.mark.parametrize("fork", [FORK, Fork(7, 0, 99), Fork(7, 3, 99, -0.0, b"x")])
def test_forks_come_back_from_json(fork: Fork) -> None:
    info = ReplyInfo("m", FinishReason.STOP, fork=fork)
    assert ReplyInfo.from_json(json.loads(json.dumps(info.to_json()))) == info


def test_replies_without_a_fork_or_with_a_damaged_one_are_read() -> None:
    assert ReplyInfo.from_json({"model": "m"}).fork is None
    data = FORK.to_json()
    assert Fork.from_json(data | {"mood": "good"}) == FORK
    for damage in (
        {"token": "x"},
        {"position": None},
        {"piece": "zz"},
        {"piece": 4},
        {"logprob": "x"},
        {"old_token": []},
    ):
        assert ReplyInfo.from_json({"fork": data | damage}) == ReplyInfo()
    assert ReplyInfo.from_json({"fork": [1]}) == ReplyInfo()


def test_probabilities_of_a_fork() -> None:
    assert FORK.probability == pytest.approx(0.0387742)
    assert FORK.old_probability == pytest.approx(0.6065307)
    assert Fork(1, 2, 3).probability is None
    assert Fork(1, 2, 3).old_probability is None
