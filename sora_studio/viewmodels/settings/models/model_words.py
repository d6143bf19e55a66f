"""Texts about files of models and about what a check has found."""

from collections.abc import Sequence

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.model_file import ModelFile, Origin
from sora_studio.domain.models.profile import ModelProfile, Status

NEXT_START = "It takes effect at the next start."
_ORIGINS = {
    Origin.SHIPPED: "shipped",
    Origin.OWN: "your own",
    Origin.REPLACES: "your own, replaces the shipped one",
}
_MOST_NAMED = 3
_MOST_CHARS = 160


def unusable_profiles(errors: Sequence[ProfileError]) -> str:
    """Return one notice for all files that cannot be used, with file, line and reason of the first ones."""
    if len(errors) == 1:
        return errors[0].sentence
    named = [_cut(f"{_place(error)}: {error.reason.rstrip('.')}") for error in errors[:_MOST_NAMED]]
    more = f"; and {len(errors) - _MOST_NAMED:,} more" if len(errors) > _MOST_NAMED else ""
    return f"{len(errors):,} profiles cannot be used: {'; '.join(named)}{more}. They are ignored; everything else works."


def file_title(file: ModelFile) -> str:
    """Return the model's title; for a file that cannot be used its name."""
    return file.profile.title if file.profile and not file.error else file.name


def file_facts(file: ModelFile) -> str:
    """Return the second line of a file in the list: family, whose file it is, status; or why it cannot be used."""
    unsaved = ["unsaved changes"] if file.has_unsaved else []
    if file.error is not None:
        line = f"line {file.error.line}: " if file.error.line else ""
        used = "the shipped profile is used instead" if file.profile else "the model is left out"
        return " · ".join([f"Cannot be read, {line}{_cut(file.error.reason.rstrip('.'))}", used, *unsaved])
    if file.profile is None:
        return file.name
    return " · ".join([file.profile.family or file.name, _ORIGINS[file.origin], *_status(file.profile), *unsaved])


def installed_words(title: str, backup: str) -> str:
    """Return the sentence after a proposal was installed; `backup` is the name of the user's former file, if there was one."""
    kept = f" Your former file is kept as {backup}." if backup else ""
    return f"{title} is installed. {NEXT_START}{kept}"


def install_question(title: str, name: str, origin: Origin | None) -> str:
    """Return what installing a proposal would do. `origin` is that of the file in use, None if there is none."""
    begin = f"Install the proposal for {title} as models/{name}?"
    if origin is None:
        return begin
    if origin is Origin.SHIPPED:
        return f"{begin} It is used instead of the shipped profile, whose rules, prices, times and limits it does not have."
    return f"{begin} Your own file is kept under another name. The proposal has no rules, prices, times or limits."


def unreadable_question(error: ProfileError, *, is_shipped: bool) -> str:
    """Return the question before a text with errors is saved."""
    place = f"line {error.line}" if error.line else "the file"
    if is_shipped:
        return f"This text cannot be read ({place}). If you save it, the shipped profile is used until it is mended."
    return f"This text cannot be read ({place}). If you save it, the model is left out until it is mended."


def _place(error: ProfileError) -> str:
    return f"{error.source} line {error.line}" if error.line else error.source


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"


def _status(profile: ModelProfile) -> list[str]:
    match profile.status:
        case Status.CURRENT:
            return []
        case Status.RETIRING:
            return ["retiring"]
        case Status.GONE:
            return ["gone"]
