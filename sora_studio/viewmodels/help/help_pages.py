"""The help pages: Markdown files that are read once and searched by section."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INDEX = "index"
"""The page that opens first. The order of its links is the order of the pages."""
EXCERPT_CHARS = 90
_LINKED_PAGE = re.compile(r"\]\(([a-z-]+)\.md\)")
_HEADING = re.compile(r"^#{1,3} +(.+)$", re.MULTILINE)
_MARKUP = re.compile(r"\]\([^)]*\)|[`*|\[\]]|^\s*[-#>]+ +|:?-{3,}:?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class HelpSection:
    """A heading and the plain text below it, up to the next heading."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """`name` is the file's name without its suffix, by which other pages link to it."""

    name: str
    title: str
    markdown: str
    sections: tuple[HelpSection, ...]


@dataclass(frozen=True, slots=True)
class HelpHit:
    """A section in which every word of a search was found. `excerpt` shows the first of them in its sentence."""

    page: HelpPage
    section: HelpSection
    excerpt: str


def load_pages(folder: Path) -> tuple[HelpPage, ...]:
    """Read all pages, the index first and the others in its order."""
    index = (folder / f"{INDEX}.md").read_text(encoding="utf-8")
    names = dict.fromkeys([INDEX, *_LINKED_PAGE.findall(index)])
    return tuple(_page(name, (folder / f"{name}.md").read_text(encoding="utf-8")) for name in names)


def search(pages: Sequence[HelpPage], text: str) -> list[HelpHit]:
    """Find the sections that contain every word of `text`; sections with a word in their heading or title come first."""
    words = text.casefold().split()
    hits = list[tuple[int, HelpHit]]()
    for page in pages:
        for section in page.sections:
            heading = f"{page.title} {section.heading}".casefold()
            if words and all(word in heading or word in section.text.casefold() for word in words):
                rank = -sum(word in heading for word in words)
                hits.append((rank, HelpHit(page, section, _excerpt(section.text, words))))
    return [hit for _, hit in sorted(hits, key=lambda hit: hit[0])]


def _page(name: str, markdown: str) -> HelpPage:
    headings = list(_HEADING.finditer(markdown))
    ends = [heading.start() for heading in headings[1:]] + [len(markdown)]
    sections = tuple(
        HelpSection(heading[1], _plain(markdown[heading.end() : end])) for heading, end in zip(headings, ends, strict=True)
    )
    return HelpPage(name, headings[0][1], markdown, sections)


def _plain(markdown: str) -> str:
    return " ".join(_MARKUP.sub(" ", markdown).split())


def _excerpt(text: str, words: Sequence[str]) -> str:
    """Cut the text around the first word that is found in it, at word boundaries."""
    folded = text.casefold()
    found = [place for word in words if (place := folded.find(word)) >= 0]
    start = max(0, min(found, default=0) - EXCERPT_CHARS // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    cut = text[start : start + EXCERPT_CHARS]
    if len(text) > start + EXCERPT_CHARS:
        cut = f"{cut.rsplit(' ', 1)[0]}…"
    return f"…{cut}" if start else cut
