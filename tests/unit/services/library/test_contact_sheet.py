"""The contact sheet shows everything that was written as text, and loads nothing."""

from html.parser import HTMLParser
from pathlib import Path

from sora_studio.domain.exports import ExportFormat
from tests.unit.services.library.libraries import Library
from tests.unit.services.rig import run

NASTY = "</style><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>\" ' & \0 مرفأ"


class Page(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            task = await library.add(NASTY)
            await library.judge(task.id, note=NASTY, project="<b>Film</b>", tags=("<i>",), stars=3)
            await library.add("A long one. " * 100)
            await library.add(" " * 300 + "Late")
            await library.export(tmp_path / "sheet.html", ExportFormat.HTML)

    run(story())
    page = Page((tmp_path / "sheet.html").read_text(encoding="utf-8"))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "i", "link", "iframe", "object", "form"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    assert len(links) == 3
    assert all(link and link.startswith("data:image/jpeg;base64,") for link in links)
    assert NASTY.replace("\0", "\ufffd") in page.words
    assert "<b>Film</b>" in page.words
    assert ("p", {"class": "prompt", "dir": "auto"}) in page.tags
    assert ("details", {"class": "prompt", "dir": "auto"}) in page.tags
    policy = next(attributes["content"] for tag, attributes in page.tags if tag == "meta" and "http-equiv" in attributes)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
