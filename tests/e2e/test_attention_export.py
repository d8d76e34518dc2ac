"""What the Attention tab exports is what `chatapp inspect` says to the command that comes with it."""

import io
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.settings.schema import RECORD_ATTENTION
from tests.e2e.test_command_line import chatapp
from tests.gui.inspector.real import Real, ask, open_real
from tests.gui.inspector.test_attention_tab import open_tab, part, shown
from tests.services.conftest import home, make_services, services
from tests.services.test_attention_service import GREEDY, open_recording

__all__ = ["home", "make_services", "open_real", "services"]
TOKEN = 7
# A reply's tokens are computed one by one and a prompt's in batches, by other kernels of flash attention; without it
# there is one kind.
TOLERANCE = {"rebuilt": 5e-3, "captured": 1e-3}


def arrays_of(file: Path | io.BytesIO) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    with np.load(file, allow_pickle=False) as found:
        arrays = dict(found)
    return arrays, json.loads(str(arrays.pop("meta")))


def again(command: str, model: str, out: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The same from the command line."""
    words = shlex.split(command)
    assert words[:2] == ["chatapp", "inspect"]
    assert words[words.index("--model") + 1] == Path(model).name
    words[words.index("--model") + 1] = model
    words[words.index("--out") + 1] = str(out)
    done = chatapp(*words[1:])
    assert (done.returncode, done.stderr) == (0, "")
    return arrays_of(out)


def compare(found: Mapping[str, NDArray[Any]], known: Mapping[str, NDArray[Any]], tolerance: float) -> None:
    for name in ("tokens", "positions", "queries", "layers", "groups"):
        np.testing.assert_array_equal(found[name], known[name], name)
    assert found["attention"].dtype == np.float16
    assert found["attention"].shape == known["attention"].shape
    np.testing.assert_allclose(found["attention"], known["attention"], rtol=0, atol=tolerance)


@pytest.mark.parametrize("method", ["rebuilt", "captured"])
def test_the_command_gives_the_same_arrays(
    open_real: Real, qtbot: QtBot, starter_model: str, tmp_path: Path, method: str
) -> None:
    services: Services
    if method == "rebuilt":
        services = open_recording(open_real, qtbot, starter_model)
    else:
        services = open_real(False)
        services.settings.set(RECORD_ATTENTION, "off")
        with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
            services.models.choose(starter_model)
        services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(TOKEN)
    shown(tab, qtbot, TOKEN)
    exported = tab.export_data()
    assert exported is not None
    assert exported.arrays is not None
    found, meta = arrays_of(io.BytesIO(exported.arrays()))
    assert found["tokens"][-TOKEN:].tolist() == trace.ids[:TOKEN].tolist()
    assert found["owners"].shape == found["tokens"].shape
    assert meta["fingerprint"] == trace.meta["fingerprint"]
    assert meta["seed"] == trace.meta["seed"]
    assert meta["attention"] == {"rebuilt": "rebuilt, recorded", "captured": "replayed"}[method]
    known, told = again(meta["command"], starter_model, tmp_path / "whole.npz")
    compare(found, known, TOLERANCE[method])
    assert told["source"] == {"rebuilt": "rebuilt", "captured": "replayed"}[method]
    assert told["fingerprint"] == meta["fingerprint"]

    services.attention.choose_heads(frozenset({(3, 2)}))
    part(tab, QTabBar, "attentionPages").setCurrentIndex(2)
    qtbot.waitUntil(lambda: services.attention.side.matrix is not None, timeout=20_000)
    exported = tab.export_data()
    assert exported is not None
    assert exported.arrays is not None
    found, meta = arrays_of(io.BytesIO(exported.arrays()))
    assert found["layers"].tolist() == [3]
    assert found["attention"].shape[2] > 1
    compare(found, again(meta["command"], starter_model, tmp_path / "matrix.npz")[0], TOLERANCE[method])


def test_a_method_and_muted_heads_from_the_command_line(starter_model: str, tmp_path: Path) -> None:
    text = ("inspect", "--text", "한국의 수도는 서울이다", "--model", starter_model, "--method", "rebuilt")
    plain, muted = tmp_path / "plain.npz", tmp_path / "muted.npz"
    assert chatapp(*text, "--out", str(plain)).returncode == 0
    assert chatapp(*text, "--out", str(muted), "--mute", "0.1", "--mute", "2.7").returncode == 0
    before, _ = arrays_of(plain)
    after, meta = arrays_of(muted)
    assert meta["muted"] == [[0, 1], [2, 7]]
    np.testing.assert_array_equal(before["attention"][0], after["attention"][0])
    assert np.abs(before["attention"][1] - after["attention"][1]).max() > 1e-3
    wrong = chatapp(*text, "--out", str(muted), "--mute", "0.99")
    assert (wrong.returncode, "no head 99 in layer 0" in wrong.stderr) == (2, True)
    assert chatapp(*text, "--out", str(muted), "--mute", "one").returncode == 2
