"""`hints` and `vocabulary`: what could be better in a prompt, and the terms of film. They need no database and no network."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from sora_studio.cli.catalogue import known_model, load_models
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.cli.writing_arguments import DEFAULT_DURATION_S, HintsCommand, VocabularyCommand
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import DURATION
from sora_studio.domain.request import usual_mode
from sora_studio.domain.writing.hint_cache import hints_of
from sora_studio.domain.writing.hints import Hint, best
from sora_studio.domain.writing.prompt_context import PromptContext, context_of
from sora_studio.domain.writing.terms import Term
from sora_studio.paths import resources_dir
from sora_studio.storage.prompt_files import PromptFiles


async def hints(command: HintsCommand, prompt: str, folder: Path) -> ExitCode:
    """Print the most useful hints, best first. Raises `InvalidRequest` for a model that does not exist."""
    context = await _context(command, folder)
    files = _files(folder)
    found = best(await asyncio.to_thread(lambda: hints_of(prompt, context, files.book)))
    _say_errors(files)
    for hint in found:
        write_out(_object(hint) if command.json else _line(hint, prompt))
    return ExitCode.HINTS if found else ExitCode.SAVED


async def vocabulary(command: VocabularyCommand, folder: Path) -> ExitCode:
    """Print the terms, by kind, or by how well they match the search."""
    files = _files(folder)
    terms = (await asyncio.to_thread(lambda: files.vocabulary)).search(command.search)
    _say_errors(files)
    wanted = [term for term in terms if command.kind in (None, term.kind)]
    width = max((len(term.words) for term in wanted), default=0)
    for term in wanted:
        write_out(_term_object(term) if command.json else plain(f"{term.words:<{width}}  {term.kind:<11}  {term.gloss}"))
    return ExitCode.SAVED


def _files(folder: Path) -> PromptFiles:
    return PromptFiles(resources_dir() / "prompts", folder / "prompts")


def _say_errors(files: PromptFiles) -> None:
    for error in files.errors:
        say(error.sentence)


async def _context(command: HintsCommand, folder: Path) -> PromptContext:
    if command.model is None:
        return PromptContext(facts={DURATION: command.duration_s or DEFAULT_DURATION_S})
    profile = known_model(await load_models(folder), command.model)
    context = context_of(profile, Draft("", usual_mode(profile, has_image=False).id))
    if command.duration_s is None:
        return context
    return replace(context, facts={**context.facts, DURATION: command.duration_s})


def _object(hint: Hint) -> str:
    fix = hint.fix and {"start": hint.fix.start, "end": hint.fix.end, "text": hint.fix.text}
    return json.dumps(
        {
            "rule": hint.rule,
            "level": hint.level.value,
            "start": hint.start,
            "end": hint.end,
            "message": hint.message,
            "why": hint.why,
            "fix": fix,
        }
    )


def _line(hint: Hint, prompt: str) -> str:
    """Return `2:14: warning: … [rule]`, with line and column from 1, and the fix if there is one."""
    before = prompt[: hint.start]
    place = f"{before.count(chr(10)) + 1}:{hint.start - before.rfind(chr(10))}"
    mend = ""
    if hint.fix is not None:
        mend = f" Fix: “{hint.fix.text}”." if hint.fix.text.strip() else " Fix: remove it."
    return plain(f"{place}: {hint.level}: {hint.message}{mend} [{hint.rule}]")


def _term_object(term: Term) -> str:
    return json.dumps({"kind": term.kind.value, "words": term.words, "gloss": term.gloss, "also": list(term.also)})
