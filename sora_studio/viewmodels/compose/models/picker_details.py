"""Everything that the picker tells about the highlighted model."""

from dataclasses import dataclass

from sora_studio.domain.models.changes import DraftChange
from sora_studio.domain.models.fact_words import end_words, made_from, table
from sora_studio.domain.models.price_words import full_price
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.values import listed
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.compose.models.picker_words import full_time, own_counts

IN_USE = "This draft uses this model."
NOTHING_CHANGES = "Nothing: text, options and media stay as they are."


@dataclass(frozen=True, slots=True)
class PickerDetails:
    """`warning` says that the model is ending or gone; `remark` stands in place of changes if there are none."""

    slug: str
    title: str
    made_from: str
    warning: str
    rows: tuple[tuple[str, str], ...]
    changes: tuple[DraftChange, ...]
    remark: str
    can_use: bool
    can_try_beside: bool


def details_of(slug: str, facts: PickerFacts) -> PickerDetails:
    """Return the details of one of the models."""
    profile, record = facts.profiles[slug], facts.records.get(slug)
    is_gone, is_current = profile.status is Status.GONE, slug == facts.current
    changes = facts.preview(slug).changes
    rows = (
        *table(profile),
        ("Yours", own_counts(record)),
        ("Usual time", full_time(profile, record)),
        ("Price", full_price(profile, record, None if is_gone else facts.draft_price_usd(slug))),
    )
    remark = "" if changes or is_gone else IN_USE if is_current else NOTHING_CHANGES
    return PickerDetails(
        slug=slug,
        title=profile.title,
        made_from=made_from(profile),
        warning=_warning(profile, facts),
        rows=rows,
        changes=changes,
        remark=remark,
        can_use=not is_gone,
        can_try_beside=not is_gone and not is_current,
    )


def _warning(profile: ModelProfile, facts: PickerFacts) -> str:
    end = end_words(profile, facts.today)
    if not end:
        return ""
    offered = [facts.profiles[slug].title for slug in profile.successors if slug in facts.profiles]
    instead = f" Similar: {listed(offered)}." if offered else ""
    return f"{end[:1].upper()}{end[1:]}.{instead}"
