"""The composer's problems, by the control and the picture that they concern."""

from collections.abc import Iterable, Mapping
from itertools import takewhile

from sora_studio.domain.errors import InvalidRequest, Problem, PublicUrlNeeded
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen

_IMAGES = "images"


class Complaints:
    """The current problems, in the order in which they were added."""

    def __init__(self) -> None:
        self._found = dict[str, list[Problem]]()

    def said(self, seen: Mapping[str, Seen]) -> dict[str, str]:
        """Return one text for each field; for pictures of which a copy can be sent (by `seen`) it says how."""
        return {field: _text(problems, seen) for field, problems in self._found.items()}

    @property
    def of_pictures(self) -> Mapping[str, str]:
        """The problems of single pictures, by source."""
        about = [problem for problem in self._found.get(_IMAGES, ()) if problem.source]
        return {one.source: _joined(other.message for other in about if other.source == one.source) for one in about}

    @property
    def of_all_pictures(self) -> str:
        """The problems that concern all pictures together."""
        return _joined(problem.message for problem in self._found.get(_IMAGES, ()) if not problem.source)

    def clear(self) -> None:
        """Remove all problems."""
        self._found.clear()

    def forgive(self, field: str) -> bool:
        """Remove the problems of a field whose value has changed; return whether there were any."""
        return self._found.pop(field, None) is not None

    def add(self, problems: Iterable[Problem]) -> None:
        """Add problems."""
        for problem in problems:
            self._found.setdefault(problem.field, []).append(problem)


def problems_of(error: InvalidRequest | PublicUrlNeeded) -> tuple[Problem, ...]:
    """Return a refusal's problems; a missing picture route is reported as a problem of the pictures."""
    return error.problems if isinstance(error, InvalidRequest) else (Problem(_IMAGES, error.sentence),)


def _text(problems: list[Problem], seen: Mapping[str, Seen]) -> str:
    """Join the messages; those with an offered copy are grouped at the place of the first of them."""
    offered = {one.source: seen[one.source] for one in problems if one.source in seen and seen[one.source].has_way_out}
    before = list(takewhile(lambda problem: problem.source not in offered, problems))
    after = problems[len(before) :]
    with_offer = [problem.message for problem in after if problem.source in offered]
    others = [problem.message for problem in after if problem.source not in offered]
    return _joined([*(problem.message for problem in before), *with_offer, picture_words.ways_out(offered), *others])


def _joined(sentences: Iterable[str]) -> str:
    """Join the sentences without duplicates: two files of the same name may have the same problem."""
    return " ".join(filter(None, dict.fromkeys(sentences)))
