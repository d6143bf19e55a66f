"""Mechanical fixes: replace or remove a phrase so that the sentence around it still reads well."""

import re

from sora_studio.domain.writing.hints import Replacement

_ARTICLE = re.compile(r"\b([Aa])n? $")
_VOWELS = "aeiou"
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
    following = fix.text[:1] or text[fix.end : fix.end + 1]
    if article is None or not following.isalpha():
        return fix
    wanted = f"{article[1]}n " if following.lower() in _VOWELS else f"{article[1]} "
    return fix if wanted == article[0] else Replacement(article.start(), fix.end, f"{wanted}{fix.text}")


def _begins_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t")
    return not before or before[-1] in _ENDS_OF_SENTENCES
