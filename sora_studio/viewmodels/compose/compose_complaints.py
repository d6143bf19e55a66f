"""What the composer complains about, by the control and the picture that it concerns."""

from collections.abc import Iterable, Mapping
from itertools import takewhile

from sora_studio.domain.errors import InvalidRequest, Problem, PublicUrlNeeded
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen

_IMAGES = "images"


class Complaints:
    """Keeps them in the order in which they came."""

    def __init__(self) -> None:
        self._found = dict[str, list[Problem]]()

    def said(self, seen: Mapping[str, Seen]) -> dict[str, str]:
        """One text for each field; behind complaints about pictures that can be sent otherwise (as `seen`) it says how."""
        return {field: _text(problems, seen) for field, problems in self._found.items()}

    @property
    def of_pictures(self) -> Mapping[str, str]:
        """Those about a single picture, by its source."""
        about = [problem for problem in self._found.get(_IMAGES, ()) if problem.source]
        return {one.source: _joined(other.message for other in about if other.source == one.source) for one in about}

    @property
    def of_all_pictures(self) -> str:
        """What none of them alone is to blame for."""
        return _joined(problem.message for problem in self._found.get(_IMAGES, ()) if not problem.source)

    def clear(self) -> None:
        """All is well, as far as anyone knows."""
        self._found.clear()

    def forgive(self, field: str) -> bool:
        """Its control holds something else now; says whether anything was said about it."""
        return self._found.pop(field, None) is not None

    def add(self, problems: Iterable[Problem]) -> None:
        """Say these as well."""
        for problem in problems:
            self._found.setdefault(problem.field, []).append(problem)


def problems_of(error: InvalidRequest | PublicUrlNeeded) -> tuple[Problem, ...]:
    """Those of a refusal; without a way to the service it is the pictures that have one."""
    return error.problems if isinstance(error, InvalidRequest) else (Problem(_IMAGES, error.sentence),)


def _text(problems: list[Problem], seen: Mapping[str, Seen]) -> str:
    """Those with a way out stand together, where the first of them stood."""
    offered = {one.source: seen[one.source] for one in problems if one.source in seen and seen[one.source].has_way_out}
    before = list(takewhile(lambda problem: problem.source not in offered, problems))
    after = problems[len(before) :]
    with_offer = [problem.message for problem in after if problem.source in offered]
    others = [problem.message for problem in after if problem.source not in offered]
    return _joined([*(problem.message for problem in before), *with_offer, picture_words.ways_out(offered), *others])


def _joined(sentences: Iterable[str]) -> str:
    """Each once: two files of one name may have the same fault."""
    return " ".join(filter(None, dict.fromkeys(sentences)))
