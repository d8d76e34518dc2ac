import random
import time

import pytest

from chatapp.core.conversation import Message, Role
from chatapp.core.tree_rows import START, TreeRows, tree_rows


def tree(*parents: int | None) -> dict[int, Message]:
    """Messages 1, 2, … with these parents."""
    return {i: Message(i, parent, Role.USER, str(i), 0) for i, parent in enumerate(parents, 1)}


def test_a_conversation_without_branches_is_one_line() -> None:
    rows = tree_rows(tree(None, 1, 2, 3))
    assert rows.ids == [1, 2, 3, 4]
    assert rows.lanes == [0, 0, 0, 0]
    assert rows.parents == [START, 0, 1, 2]
    assert (rows.leaves, rows.width) == (1, 1)


def test_older_versions_stand_before_the_newest_and_further_in() -> None:
    # 1 ─ 2 ─ 3 ─ 4, 2 ─ 5, 1 ─ 6 ─ 7
    rows = tree_rows(tree(None, 1, 2, 3, 2, 1, 6))
    assert list(zip(rows.ids, rows.lanes, strict=True)) == [(1, 0), (2, 1), (3, 2), (4, 2), (5, 1), (6, 0), (7, 0)]
    assert rows.joints == [START, 0, 1, 1, 0, START, START]
    assert rows.last == [False, False, False, True, True, False, True]
    assert [rows.rails(row) for row in range(7)] == [[], [0], [0, 1], [0, 1], [0], [], []]
    assert (rows.leaves, rows.width) == (3, 3)


def test_several_first_messages_hang_on_the_start() -> None:
    rows = tree_rows(tree(None, None, 1, 2))
    assert list(zip(rows.ids, rows.lanes, rows.joints, strict=True)) == [
        (1, 1, START), (3, 1, START), (2, 0, START), (4, 0, START)
    ]  # fmt: skip
    assert rows.rails(1) == [START]


def test_the_way_along_a_path() -> None:
    rows = tree_rows(tree(None, 1, 2, 3, 2, 1, 6))
    assert rows.path([1, 2, 5]) == {START: 0, 0: 1, 1: 4}
    assert rows.path([]) == {}


def test_nothing_to_show() -> None:
    rows = tree_rows({})
    assert (len(rows), rows.leaves, rows.width) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_every_message_once_and_its_followers_behind_it(seed: int) -> None:
    chance = random.Random(seed)
    parents: list[int | None] = [None]
    parents += [chance.choice([None, *range(max(1, i - 12), i)]) for i in range(2, 200)]
    messages = tree(*parents)
    rows = tree_rows(messages)
    assert sorted(rows.ids) == sorted(messages)
    for row, message_id in enumerate(rows.ids):
        parent = messages[message_id].parent_id
        assert rows.parents[row] == (START if parent is None else rows.row_of[parent])
        assert rows.parents[row] < row
        siblings = [m.id for m in messages.values() if m.parent_id == parent]
        lane = 0 if parent is None else rows.lanes[rows.parents[row]]
        assert rows.lanes[row] == lane + (message_id != siblings[-1])
    for row in range(1, len(rows)):  # what hangs on a message stands together
        above = row - 1
        while above != rows.parents[row]:
            assert above != START
            above = rows.parents[above]
    assert_rails(rows)


def assert_rails(rows: TreeRows) -> None:
    """A rail passes where a message above has its newest child below."""
    for row in range(len(rows)):
        expected = {}
        for other in range(len(rows)):
            above = rows.parents[other]
            if above < row < other and (rows.lanes[other] == (0 if above == START else rows.lanes[above])):
                expected[rows.lanes[other]] = above
        assert dict(enumerate(rows.rails(row))) == expected


def test_thousands_of_messages_however_deep() -> None:
    long = tree(None, *range(1, 20_000))
    started = time.perf_counter()
    rows = tree_rows(long)
    assert len(rows) == 20_000
    assert time.perf_counter() - started < 2  # a recursion would not get here at all
    wide = tree(None, *[1] * 20_000)
    assert tree_rows(wide).width == 2
