"""The budget of saved states, and which of them lead where."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.engine import saved_states
from chatapp.engine.saved_states import Ids, SavedStates, shared


def ids(*tokens: int) -> Ids:
    return np.array(tokens, np.int32)


def data(size: int) -> NDArray[np.uint8]:
    return np.zeros(size, np.uint8)


def add(states: SavedStates, tokens: Ids, start: int = 0, size: int = 100) -> bool:
    return states.add(tokens, start, lambda fits: data(size) if fits(size) else None)


def ends(states: SavedStates) -> set[int]:
    return {int(state.ids[-1]) for state in states._states}


def test_shared_beginnings() -> None:
    assert shared(ids(1, 2, 3), ids(1, 2, 4)) == 2
    assert shared(ids(1, 2), ids(1, 2, 4)) == 2
    assert shared(ids(), ids(1)) == 0
    assert shared(ids(5), ids(1)) == 0


def test_the_least_recently_used_goes_first() -> None:
    states = SavedStates(3 * 104)
    for token in (1, 2, 3):
        assert add(states, ids(token))
    states.touch([state for state in states._states if state.ids[0] == 1])
    assert add(states, ids(4))
    assert ends(states) == {1, 3, 4}
    assert states.nbytes == 3 * 104


def test_what_is_larger_than_the_budget_evicts_nothing() -> None:
    states = SavedStates(250)
    add(states, ids(1))
    assert not add(states, ids(2), size=300)
    assert ends(states) == {1}


def test_there_are_never_too_many_to_look_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_states, "_MOST", 3)
    states = SavedStates(10**6)
    for token in range(9):
        assert add(states, ids(token))
    assert ends(states) == {6, 7, 8}


def test_pinned_states_stay() -> None:
    states = SavedStates(250)
    add(states, ids(1))
    pinned = list(states._states)
    assert not states.add(ids(2), 0, lambda fits: data(200) if fits(200) else None, pinned)
    assert ends(states) == {1}


def test_a_chain_takes_the_longest_way() -> None:
    states = SavedStates(10**6)
    add(states, ids(1, 2))
    add(states, ids(1, 2, 3, 4), 2)
    add(states, ids(1, 2, 3, 9), 2)
    add(states, ids(7, 7, 7, 7, 7, 7), 1)
    chain = states.chain(ids(1, 2, 3, 4, 5), 0)
    assert [(s.start, s.end) for s in chain] == [(0, 2), (2, 4)]
    assert chain[1].ids.tolist() == [1, 2, 3, 4]
    assert states.chain(ids(1, 2, 3, 4, 5), 4) == []
    assert states.chain(ids(9), 0) == []


def test_a_whole_state_serves_only_what_begins_with_all_of_it() -> None:
    states = SavedStates(10**6)
    add(states, ids(1, 2))
    add(states, ids(1, 2, 3))
    found = states.longest_whole(ids(1, 2, 4))
    assert found is not None
    assert found.end == 2
    assert states.longest_whole(ids(1)) is None


def test_the_books_balance_over_any_use() -> None:
    numbers = random.Random(1)
    states = SavedStates(5000)
    for _ in range(500):
        tokens = ids(*(numbers.randrange(3) for _ in range(numbers.randint(1, 8))))
        add(states, tokens, numbers.randrange(len(tokens)), numbers.randrange(1, 2000))
        states.touch(states.chain(tokens, 0))
        assert states.nbytes == sum(state.nbytes for state in states._states) <= 5000
    assert len(states) > 2
    states.clear()
    assert (states.nbytes, len(states)) == (0, 0)
