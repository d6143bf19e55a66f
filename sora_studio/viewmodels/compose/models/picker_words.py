"""The picker's texts for times, counts and rows. Pure functions."""

from dataclasses import dataclass

from sora_studio.domain.models.fact_words import NO_LONGER, end_words, short_facts
from sora_studio.domain.models.facts import usual_s
from sora_studio.domain.models.price_words import NOT_KNOWN, short_price
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.models.search import parse_query
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.quantities import clock_text

NO_TIME = "–"


@dataclass(frozen=True, slots=True)
class RowWords:
    """One model's row. `end` is not empty for a model that is ending or gone; `facts` are dropped from the end if too long."""

    slug: str
    title: str
    facts: tuple[str, ...]
    end: str
    price: str
    time: str
    is_current: bool
    is_gone: bool


def row_words(profile: ModelProfile, facts: PickerFacts) -> RowWords:
    """Return the texts of a model's row."""
    record = facts.records.get(profile.slug)
    end = end_words(profile, facts.today)
    is_gone = profile.status is Status.GONE
    return RowWords(
        slug=profile.slug,
        title=profile.title,
        facts=(NO_LONGER,) if is_gone else (*short_facts(profile)[: 1 if end else None], *([end] if end else [])),
        end=end,
        price="" if is_gone else short_price(profile, record),
        time="" if is_gone else short_time(profile, record),
        is_current=profile.slug == facts.current,
        is_gone=is_gone,
    )


def spoken(row: RowWords, *, is_favourite: bool) -> str:
    """Return the row for a screen reader."""
    marks = [word for word, holds in (("favourite", is_favourite), ("this draft's model", row.is_current)) if holds]
    if row.is_gone:
        return ", ".join([row.title, *marks, *row.facts])
    price = f"price {row.price.replace('≈', 'about')}"
    time = "usual time not known" if row.time == NO_TIME else f"usual time {row.time.replace('–', ' to ')}"
    return ", ".join([row.title, *marks, *row.facts, price, time])


def short_time(profile: ModelProfile, record: ModelRecord | None) -> str:
    """Return the measured median as `2:10`, else the profile's times as `3:00–6:00`, else a dash."""
    if record and record.usual_s is not None:
        return clock_text(record.usual_s[0])
    stated = usual_s(profile)
    return "–".join(clock_text(seconds) for seconds in dict.fromkeys(stated)) if stated else NO_TIME


def full_time(profile: ModelProfile, record: ModelRecord | None) -> str:
    """Return `2:10, nearly always under 3:05` as measured, else the profile's times."""
    if record and record.usual_s is not None:
        median, most = map(clock_text, record.usual_s)
        return f"{median}, nearly always under {most}"
    stated = usual_s(profile)
    if not stated:
        return NOT_KNOWN
    ends = [clock_text(seconds) for seconds in dict.fromkeys(stated)]
    return " to ".join(ends) if len(ends) > 1 else f"about {ends[0]}"


def own_counts(record: ModelRecord | None) -> str:
    """Return `31 clips · 29 ready · 2 refused`."""
    if record is None or not record.tasks:
        return "none yet"
    clips = "1 clip" if record.tasks == 1 else f"{record.tasks:,} clips"
    parts = [clips, f"{record.ready:,} ready" if record.ready else "", f"{record.refused:,} refused" if record.refused else ""]
    return " · ".join(part for part in parts if part)


def nothing_found(text: str) -> str:
    """Return the sentence for a search without results."""
    return f"No model matches “{' '.join(text.split())}”."


def search_advice(text: str) -> str:
    """Return why a search may find nothing."""
    if parse_query(text).under_usd is not None:
        return "Models whose price is not known are left out."
    return "Every word must match: a name, or a fact such as 1080p, sound, portrait, end frame or 10 s."
