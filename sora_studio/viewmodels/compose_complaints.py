"""What the composer complains about, by the control that it concerns."""

from collections.abc import Iterable, Mapping

from sora_studio.domain.errors import InvalidRequest, Problem, PublicUrlNeeded


class Complaints:
    """One text for each field; several problems of a field follow each other in it."""

    def __init__(self) -> None:
        self._said = dict[str, str]()

    @property
    def said(self) -> Mapping[str, str]:
        """By the request's field."""
        return self._said

    def clear(self) -> None:
        """All is well, as far as anyone knows."""
        self._said.clear()

    def forgive(self, field: str) -> bool:
        """Its control holds something else now; says whether anything was said about it."""
        return self._said.pop(field, None) is not None

    def add(self, problems: Iterable[Problem]) -> None:
        """Say these as well."""
        for problem in problems:
            said = self._said.get(problem.field)
            self._said[problem.field] = f"{said} {problem.message}" if said else problem.message


def problems_of(error: InvalidRequest | PublicUrlNeeded) -> tuple[Problem, ...]:
    """Those of a refusal; without a way to the service it is the pictures that have one."""
    return error.problems if isinstance(error, InvalidRequest) else (Problem("images", error.sentence),)
