"""Scoring a text with llama.cpp: numbers against the NumPy forward pass, cancel, interruption, refusals."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.core.generation import SamplingParams
from chatapp.core.text_file import PlainText, plain_text
from chatapp.core.trace_export import token_table, trace_from_json, trace_json
from chatapp.paths import Paths
from chatapp.services import text_score
from chatapp.services.bundle import Services
from chatapp.services.text_score import CONTINUOUS, LLAMA_CPP, ScoreState
from chatapp.settings.file import Settings
from tests.helpers.asking import truth, weights_of
from tests.helpers.tiny_lora import write_lora
from tests.helpers.tiny_models import tiny
from tests.services.conftest import make_services, services

__all__ = ["make_services", "services"]
TEXT = "hello there, 안녕하세요 🙂 the hen in the inn " * 3


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    """A tiny model whose logits the reference knows."""
    paths = Paths.under(tmp_path / "data")
    paths.ensure()
    made = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    with qtbot.waitSignal(made.engine.model_loaded, timeout=60_000):
        made.start(str(tiny("llama-f32")))
    yield made
    made.close()


def finish(services: Services, qtbot: QtBot, *states: ScoreState) -> None:
    qtbot.waitUntil(lambda: services.text_score.state in (states or (ScoreState.DONE,)), timeout=60_000)


def surprisals(ids: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Nats of each token but the first, by the reference."""
    logits = truth("llama-f32", ids[:-1])
    shifted = logits - logits.max(axis=1, keepdims=True)
    logprobs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = -logprobs[np.arange(len(ids) - 1), ids[1:]]
    return found


def test_every_token_after_all_before_it(real: Services, qtbot: QtBot) -> None:
    score = real.text_score
    grown: list[int] = []
    score.grew.connect(grown.append)
    score.start(plain_text(TEXT), CONTINUOUS)
    finish(real, qtbot)
    ids = score.trace.ids.tolist()
    wanted = surprisals(ids)
    assert grown
    assert score.totals.counted == len(ids) - 1 == len(wanted)
    np.testing.assert_allclose(-score.trace.logprobs[1:], wanted, atol=0.05)  # an F16 KV cache
    assert score.totals.nll == pytest.approx(float(wanted.sum()), rel=2e-3)
    assert score.totals.perplexity == pytest.approx(math.exp(wanted.mean()), rel=1e-2)
    assert score.totals.n_bytes == len(TEXT.encode())
    assert score.totals.n_chars == len(TEXT)
    assert "".join(cell.text or "" for cell in score.trace.cells).endswith(TEXT)


def test_as_the_perplexity_program_of_llama_cpp(real: Services, qtbot: QtBot) -> None:
    score = real.text_score
    score.start(plain_text(TEXT), LLAMA_CPP, 32)
    finish(real, qtbot)
    assert score.n_ctx == 32
    ids = score.trace.ids.tolist()
    chunks = [ids[at : at + 32] for at in range(0, len(ids) - 31, 32)]
    bos = ids[0]
    counted = np.concatenate([surprisals([bos, *chunk[1:]])[16:] for chunk in chunks])
    assert score.totals.counted == len(counted) == 15 * len(chunks)
    assert score.totals.perplexity == pytest.approx(math.exp(counted.mean()), rel=1e-2)
    finite = np.isfinite(score.trace.logprobs)
    assert finite.sum() == score.totals.counted


def test_the_adapters_of_the_chat_are_at_work(real: Services, qtbot: QtBot, tmp_path: Path) -> None:
    score = real.text_score
    score.start(plain_text(TEXT))
    finish(real, qtbot)
    plain = score.trace.logprobs[1:].copy()
    assert score.adapters == ()
    use = AdapterUse(str(write_lora(tmp_path / "a.gguf", weights_of("llama-f32"))), 0.5)
    with qtbot.waitSignal(score.changed):
        real.chat.set_adapters((use,))
    assert score.adapters == ()  # those of what is shown
    score.start(plain_text(TEXT))
    finish(real, qtbot)
    assert score.adapters == (use,)
    assert np.abs(score.trace.logprobs[1:] - plain).max() > 0.1
    real.chat.set_adapters(())
    assert score.adapters == (use,)


def test_cancel_keeps_what_was_scored(real: Services, qtbot: QtBot) -> None:
    score = real.text_score
    with qtbot.waitSignal(score.grew, timeout=60_000):
        score.start(plain_text(TEXT * 60), CONTINUOUS, 64)
    score.cancel()
    assert score.state is ScoreState.CANCELLED
    assert not score.is_busy
    seen = len(score.trace)
    assert 0 < seen < score.totals.total
    score.start(plain_text(TEXT))
    finish(real, qtbot)
    assert len(score.trace) == score.totals.total


def test_a_reply_interrupts(real: Services, qtbot: QtBot) -> None:
    score = real.text_score
    real.chat.set_sampling(SamplingParams(temperature=0, max_tokens=4))
    with qtbot.waitSignal(score.grew, timeout=60_000):
        score.start(plain_text(TEXT * 60), CONTINUOUS, 64)
    assert real.chat.send("hello")
    finish(real, qtbot, ScoreState.INTERRUPTED)
    qtbot.waitUntil(lambda: real.chat.streaming_id is None, timeout=60_000)
    assert 0 < score.totals.seen < score.totals.total
    score.cancel()  # nothing runs
    assert score.state is ScoreState.INTERRUPTED


def test_a_text_that_is_too_short_is_refused(real: Services, qtbot: QtBot) -> None:
    real.text_score.start(plain_text("hello"), LLAMA_CPP)
    finish(real, qtbot, ScoreState.FAILED)
    assert real.text_score.error is not None
    assert "1024" in real.text_score.error.message


def test_very_long_texts_are_summed_up_and_shown_in_part(
    real: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_score, "SHOWN", 10)
    real.text_score.start(plain_text(TEXT * 4), CONTINUOUS, 32)
    finish(real, qtbot)
    score = real.text_score
    shown, total = len(score.trace), score.totals.total
    assert 10 <= shown < total
    assert score.totals.seen == total == shown + len(score.rest)
    assert score.totals.n_bytes == len((TEXT * 4).encode()), "of tokens that came before, too"
    table = token_table(score.trace, {}, rest=score.rest)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["index"] for row in rows] == list(range(total))
    whole = b"".join(bytes.fromhex(str(row["bytes"])) for row in rows)
    assert whole.endswith((TEXT * 4).encode())
    bits = [row["surprisal_bits"] for row in rows[1:]]
    assert sum(map(float, bits)) == pytest.approx(score.totals.bits)  # type: ignore[arg-type]  # no nan among them
    back = trace_from_json(trace_json(score.trace, {}, rest=score.rest))
    assert len(back) == total
    assert back.ids.tolist() == [row["id"] for row in rows]
    assert (back.top_ids[shown:] < 0).all()


def test_a_model_that_goes_away_and_the_test_engine(real: Services, services: Services, qtbot: QtBot) -> None:
    real.text_score.start(plain_text(TEXT * 60), CONTINUOUS, 64)
    real.engine.unload()
    assert real.text_score.state is ScoreState.CANCELLED
    assert not real.text_score.has_model
    services.text_score.start(plain_text(TEXT))
    finish(services, qtbot, ScoreState.FAILED)
    assert services.text_score.error is not None


def test_files_are_read_in_the_background(services: Services, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "글.txt"
    path.write_bytes("어텐션\r\n".encode("cp949"))
    with qtbot.waitSignal(services.text_score.file_read, timeout=5_000) as read:
        services.text_score.open_file(path)
    assert read.args == ["글.txt", PlainText("어텐션\r\n".encode(), 5)]
    with qtbot.waitSignal(services.text_score.file_refused, timeout=5_000) as refused:
        services.text_score.open_file(tmp_path / "nothing")
    assert refused.args is not None
    assert "nothing" in refused.args[0].message


def test_a_long_text_is_handed_on_in_pieces_and_in_order(real: Services, qtbot: QtBot) -> None:
    text = "x" * (3 * 1024**2 + 17)  # the tiny model reads bytes
    score, written = real.text_score, []
    process = real.engine._process
    assert process is not None
    process.bytesWritten.connect(lambda _count: written.append(process.bytesToWrite()))
    score.start(plain_text(text), CONTINUOUS, 32)
    assert process.bytesToWrite() <= 2 * 1024**2, "not all of it at once"
    score.cancel()  # waits its turn behind the text
    score.start(plain_text(TEXT), CONTINUOUS)
    finish(real, qtbot)
    assert "".join(cell.text or "" for cell in score.trace.cells).endswith(TEXT)
    assert written
    assert max(written) <= 2 * 1024**2
