"""A clip's family: the clip that it comes from, the takes of its text, and what was made from it."""

from dataclasses import dataclass

from sora_studio.domain.intent import ParentKind


@dataclass(frozen=True, slots=True)
class Child:
    """A task that was made from another one, and how."""

    task: int
    kind: ParentKind


@dataclass(frozen=True, slots=True)
class Family:
    """Task ids, oldest first. Each task is named once: a take that was made from another one is a take.

    `takes` have the same text, the task itself included; `parent` and `children` have another text, or were made otherwise
    than by sending the same again.
    """

    parent: int | None = None
    takes: tuple[int, ...] = ()
    children: tuple[Child, ...] = ()

    @property
    def members(self) -> tuple[int, ...]:
        """All of them, from the parent to the children."""
        parent = () if self.parent is None else (self.parent,)
        return (*parent, *self.takes, *(child.task for child in self.children))
