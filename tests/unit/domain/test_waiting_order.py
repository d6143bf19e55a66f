"""Whatever is moved, and however often: the order is the one that was asked for, and new tasks come last."""

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.waiting_order import FRONT, ranks_after_move


class Line:
    """Waiting tasks, with a plain list beside them that is moved by hand."""

    def __init__(self, count: int) -> None:
        self.ranks = {task: float(task) for task in range(1, count + 1)}
        self.wanted = list(self.ranks)

    @property
    def order(self) -> list[tuple[int, float]]:
        return sorted(self.ranks.items(), key=lambda place: (place[1], place[0]))

    def move(self, moved: set[int], before: int | None) -> dict[int, float]:
        changed = ranks_after_move(self.order, moved, before)
        self.ranks |= changed
        going = [task for task in self.wanted if task in moved]
        staying = [task for task in self.wanted if task not in moved]
        if staying:
            place = len(staying) if before is None else staying.index(before) if before in staying else 0
            self.wanted = [*staying[:place], *going, *staying[place:]]
        return changed

    def add(self) -> None:
        task = max(self.ranks) + 1
        self.ranks[task] = float(task)
        self.wanted.append(task)

    @property
    def tasks(self) -> list[int]:
        return [task for task, _ in self.order]


def test_only_the_moved_task_gets_a_new_rank() -> None:
    line = Line(5)
    assert line.move({4}, 2) == {4: 1.5}
    assert line.tasks == [1, 4, 2, 3, 5]
    assert set(line.move({5}, FRONT)) == {5}
    assert line.tasks == [5, 1, 4, 2, 3]
    assert set(line.move({5}, None)) == {5}
    assert line.tasks == [1, 4, 2, 3, 5]


def test_several_keep_their_order_among_one_another() -> None:
    line = Line(6)
    line.move({2, 5, 6}, FRONT)
    assert line.tasks == [2, 5, 6, 1, 3, 4]


def test_nothing_to_move_changes_nothing() -> None:
    assert Line(3).move({9}, 1) == {}
    assert Line(3).move({1, 2, 3}, None) == {}
    assert ranks_after_move([], {1}, None) == {}


def test_what_is_moved_to_the_end_comes_before_what_is_added_later() -> None:
    line = Line(3)
    line.move({1, 2}, None)
    line.add()
    assert line.tasks == line.wanted == [3, 1, 2, 4]


def test_the_same_gap_takes_ten_thousand_moves() -> None:
    line = Line(4)
    for _ in range(5_000):
        line.move({3}, 2)
        line.move({2}, 3)
    assert line.tasks == line.wanted


moves = st.lists(
    st.tuples(st.sets(st.integers(1, 12), min_size=1, max_size=4), st.none() | st.integers(0, 12), st.booleans()), max_size=60
)


@given(moves)
def test_any_moves_give_the_order_that_was_asked_for(steps: list[tuple[set[int], int | None, bool]]) -> None:
    line = Line(8)
    for moved, before, adds in steps:
        if before not in moved:
            line.move(moved, before)
        if adds and len(line.ranks) < 12:
            line.add()
        assert line.tasks == line.wanted
