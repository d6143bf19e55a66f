"""Mechanical fixes: replace or remove a phrase so that the sentence around it still reads well."""

import re

from sora_studio.domain.writing.articles import article_for
from sora_studio.domain.writing.hints import Replacement

_ARTICLE = re.compile(r"\b([Aa]n?) $")
_LONGEST_BEGINNING = 12
_ENDS_OF_SENTENCES = ".!?\n"


def replacement(text: str, start: int, end: int, instead: str) -> Replacement:
    """Return the fix that puts `instead` there, with a capital letter where there was one, and the right `a` or `an`."""
    if instead and text[start].isupper() and not text[start:end].isupper() and _begins_sentence(text, start):
        instead = instead[0].upper() + instead[1:]
    return _with_article(text, Replacement(start, end, instead))


def removal(text: str, start: int, end: int) -> Replacement:
    """Return the fix that removes a phrase with the space or comma that it leaves behind."""
    if text[end : end + 2] == ", ":
        end += 2
    elif text[end : end + 1] == " ":
        end += 1
    elif text[:start].endswith(", "):
        start -= 2
    elif text[:start].endswith(" "):
        start -= 1
    following = text[end : end + 1]
    if following.islower() and text[start : start + 1].isupper() and _begins_sentence(text, start):
        return Replacement(start, end + 1, following.upper())
    return _with_article(text, Replacement(start, end, ""))


def _with_article(text: str, fix: Replacement) -> Replacement:
    """Return the fix with the article before it changed, if the word that follows it now wants the other one."""
    article = _ARTICLE.search(text, max(0, fix.start - 4), fix.start)
    following = fix.text or text[fix.end : fix.end + _LONGEST_BEGINNING]
    if article is None or not following[:1].isalnum():
        return fix
    wanted = article_for(following)
    if wanted == article[1].lower():
        return fix
    return Replacement(article.start(), fix.end, f"{article[1][0]}{wanted[1:]} {fix.text}")


def _begins_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t")
    return not before or before[-1] in _ENDS_OF_SENTENCES
