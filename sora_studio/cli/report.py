"""A command's output: JSON lines or paths on standard output, messages and progress on standard error."""

import json
import sys
import time
from collections.abc import Callable

from sora_studio.cli.streams import write_err, write_out
from sora_studio.domain.failures import explain
from sora_studio.domain.picture import picture_name
from sora_studio.domain.prompt import first_line
from sora_studio.domain.request import without_query
from sora_studio.domain.task import Phase, Task
from sora_studio.domain.task_facts import history_facts, saved_files, task_facts

SILENT_S = 1.0
"""Work that is over sooner is not worth a line."""


def plain(text: str) -> str:
    """Return external text without control characters, which a terminal would interpret."""
    return "".join(character if character.isprintable() else " " for character in text)


def say(text: str) -> None:
    """Write one line to standard error."""
    write_err(f"{plain(text)}\n")


def json_line(task: Task) -> str:
    """Return the task as one line of JSON; its keys are stable."""
    return json.dumps(task_facts(task))


def history_line(task: Task, *, project: str | None, is_stale: bool) -> str:
    """Return the task as `json_line` does, with what the person decided about it and what it cost."""
    return json.dumps(history_facts(task, project=project, is_stale=is_stale))


def describe(task: Task) -> str:
    """Return `3 · ready · Slow dolly… · pier.jpg`, followed by the reasons if there are any."""
    words = [str(task.id), _PHASES[task.phase], first_line(task.request.prompt, 60)]
    words += [picture_name(without_query(image)) for image in task.request.sources]
    if task.takes > 1:
        words.insert(1, f"take {task.take} of {task.takes}")
    return " · ".join([*words, *_reasons(task)])


def _reasons(task: Task) -> list[str]:
    if task.phase is Phase.FAILED:
        failure = explain(task.fail_code, task.fail_message, model=task.request.model)
        return [f"{failure.title} {failure.advice}", *(words for words in (task.fail_code, task.fail_message) if words)]
    if task.phase is Phase.UNKNOWN:
        unless = ", unless the service's report finds it" if task.callback_secret else ""
        return [f"It may have been charged; it is not sent again until you decide in the window{unless}."]
    if task.trouble:
        return [task.trouble]
    kept = [f"The bytes are in {clip.kept}" for clip in task.clips if clip.kept]
    return [clip.trouble for clip in task.clips if clip.trouble][:1] + kept


_PHASES: dict[Phase, str] = {
    Phase.WAITING: "waiting",
    Phase.SENDING: "sending",
    Phase.UNKNOWN: "unclear",
    Phase.PENDING: "accepted",
    Phase.PROCESSING: "processing",
    Phase.DOWNLOADING: "downloading",
    Phase.UNSAVED: "to be saved",
    Phase.READY: "saved",
    Phase.EXPIRED: "expired",
    Phase.MISSING: "file missing",
    Phase.FAILED: "failed",
    Phase.LOST: "not known to the service",
    Phase.CANCELLED: "cancelled",
}


class Report:
    """Reports each change once: JSON or paths to standard output, messages and the bar to standard error."""

    def __init__(self, *, as_json: bool, bar: "ProgressBar") -> None:
        self._as_json = as_json
        self._bar = bar
        self._last_json: dict[int, str] = {}
        self._last_words: dict[int, str] = {}
        self._told_files = set[str]()

    def changed(self, task: Task) -> None:
        """Report a task's changes since the last call."""
        words = describe(task)
        if self._last_words.get(task.id) != words:
            self._last_words[task.id] = words
            self._bar.say(words)
        line = json_line(task)
        if self._last_json.get(task.id) != line:
            self._last_json[task.id] = line
            if self._as_json:
                self._bar.write(line)
        if not self._as_json:
            for path in saved_files(task):
                self._tell_file(path)

    def end(self) -> None:
        """Write every task's last JSON line again, so that the last lines are the result."""
        self._bar.clear()
        if self._as_json:
            for task in sorted(self._last_json):
                write_out(self._last_json[task])

    def _tell_file(self, path: str) -> None:
        if path not in self._told_files:
            self._told_files.add(path)
            self._bar.write(path)


class UpdateNotice:
    """Says that the history is being updated, once that has taken a second."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._is_told = False

    def take(self, fraction: float) -> None:
        """Take over how much is updated."""
        now = self._clock()
        if self._began is None:
            self._began = now
        if fraction < 1 and not self._is_told and now - self._began >= SILENT_S:
            self._is_told = True
            say("Updating your history for this version. A backup is kept.")


class ProgressBar:
    """One line at the bottom of a terminal, redrawn in place. Does nothing if standard error is not a terminal."""

    WIDTH = 28

    def __init__(self, *, drawn: bool | None = None) -> None:
        self._drawn = bool(sys.stderr and sys.stderr.isatty()) if drawn is None else drawn
        self._length = 0

    def say(self, words: str) -> None:
        """Write a permanent line above the bar."""
        self.clear()
        say(words)

    def write(self, line: str) -> None:
        """Write a line to standard output without mixing it with the bar."""
        self.clear()
        write_out(line)

    def draw(self, fraction: float, words: str) -> None:
        """Draw the bar at `fraction`, from 0 to 1."""
        if not self._drawn:
            return
        full = round(self.WIDTH * min(max(fraction, 0.0), 1.0))
        line = f"[{'#' * full}{'-' * (self.WIDTH - full)}] {plain(words)}"
        write_err("\r" + line.ljust(self._length))
        self._length = len(line)

    def clear(self) -> None:
        """Remove the bar."""
        if self._length:
            write_err("\r" + " " * self._length + "\r")
            self._length = 0
