from chatapp.core.context import droppable_turns, plan_drop, room_for_prompt

ROLES = ["system", "user", "assistant", "user", "assistant", "assistant", "user"]
COUNTS = [5, 10, 20, 30, 40, 50, 60]


def test_turns_are_a_question_with_its_replies_and_the_last_stays() -> None:
    assert droppable_turns(ROLES, ()) == [range(1, 3), range(3, 6)]
    assert droppable_turns(ROLES, (2,)) == [range(3, 6)]
    assert droppable_turns(["user"], ()) == []
    assert droppable_turns([], ()) == []


def test_the_oldest_go_first_and_no_more_than_needed() -> None:
    assert plan_drop(COUNTS, ROLES, (), 0) == ()
    assert plan_drop(COUNTS, ROLES, (), 1) == (1, 2)
    assert plan_drop(COUNTS, ROLES, (), 30) == (1, 2)
    assert plan_drop(COUNTS, ROLES, (), 31) == (1, 2, 3, 4, 5)


def test_what_cannot_be_enough_is_still_all_there_is() -> None:
    assert plan_drop(COUNTS, ROLES, (), 10_000) == (1, 2, 3, 4, 5)
    assert plan_drop(COUNTS, ROLES, (1, 4), 10_000) == ()


def test_a_reply_is_left_room() -> None:
    assert room_for_prompt(4096, 0) == 3072
    assert room_for_prompt(4096, 100) == 3996
    assert room_for_prompt(4096, 100_000) == 3072
