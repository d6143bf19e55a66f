"""What is spoken in a prompt: text in quotation marks, and lines such as `MARA: Wait for me`."""

import re
from collections.abc import Iterator

from sora_studio.domain.writing.inflections import word_set

_QUOTED = re.compile(
    r"“[^“”\n]{1,600}”|«[^«»\n]{1,600}»|„[^„“”\n]{1,600}[“”]|「[^「」\n]{1,600}」|『[^『』\n]{1,600}』|\"[^\"\n]{1,600}\""
)
_LINE = re.compile(r"[ \t]*([A-Z][A-Z .'’-]{1,24})(?: ?\([^)\n]{0,60}\))?: +(\S.*)$")
_HEADINGS = word_set(
    "STYLE SCENE CAMERA LIGHT LIGHTING BEATS BEAT DIALOGUE SOUND AUDIO SHOT MOOD ACTION LENS LOOK SETTING SUBJECT DURATION "
    "MUSIC PALETTE COLOUR COLOR GRADE TONE PACE PLACE TIME OPENING ENDING NEGATIVE NOTE NOTES STORY CHARACTER CHARACTERS"
)
_WRITTEN = re.compile(
    r"(?:reads?|reading|sa(?:ys|ying)|label(?:led|ed)|letter(?:ed|ing)|titled?|text|words?|caption|sign|logo|named|called|marked|"
    r"overlay|painted|printed|carved|spells?)[ ,:]*$",
    re.IGNORECASE,
)
_WRITTEN_THING = re.compile(r"\b(?:sign|poster|title|label|banner|letter(?:s|ing)|screen|text|caption|words?)\b", re.IGNORECASE)
_SAYS = re.compile(r"sa(?:ys|ying)[ ,:]*$", re.IGNORECASE)
_NEAR = 40
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_WORDS_PER_CJK_SIGN = 0.6
_MASK = "\0"
"""Is neither part of a word nor what may stand between the words of a phrase."""


def quoted_spans(paragraph: str) -> Iterator[tuple[int, int]]:
    """Yield the places of what is in quotation marks, marks included, or spoken in a line of dialogue."""
    line = _LINE.match(paragraph)
    if line and line[1].split()[0] not in _HEADINGS:
        yield line.span(2)
        return
    for found in _QUOTED.finditer(paragraph):
        yield found.span()


def spoken_spans(paragraph: str) -> list[tuple[int, int]]:
    """Return the places of speech: all that is quoted but for what is written on a sign or a screen."""
    return [(start, end) for start, end in quoted_spans(paragraph) if not _is_written(paragraph[max(0, start - _NEAR) : start])]


def spoken_words(speech: str) -> float:
    """Return how many words a speech has; a sign of Chinese, Japanese or Korean counts as a part of one."""
    signs = len(_CJK.findall(speech))
    return signs * _WORDS_PER_CJK_SIGN + len(_WORD.findall(_CJK.sub(" ", speech)))


def masked(paragraph: str) -> str:
    """Return the paragraph, as long as before, without what is quoted: rules about wording leave speech alone."""
    parts, free = list[str](), 0
    for start, end in quoted_spans(paragraph):
        parts += [paragraph[free:start], _MASK * (end - start)]
        free = end
    return "".join([*parts, paragraph[free:]])


def _is_written(before: str) -> bool:
    if _SAYS.search(before):
        return _WRITTEN_THING.search(before) is not None
    return _WRITTEN.search(before) is not None
