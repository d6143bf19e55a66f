"""Explains a failed task: one plain sentence, what to do next, and whether changing the request can help."""

from dataclasses import dataclass, replace

REQUEST_REFUSED = "REQUEST_REFUSED"
MODEL_FORBIDDEN = "MODEL_FORBIDDEN"
MODEL_GONE = "MODEL_GONE"
MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
IMAGE_UNUSABLE = "IMAGE_UNUSABLE"
IMAGE_UNPUBLISHED = "IMAGE_UNPUBLISHED"
INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
REQUEST_UNFIT = "REQUEST_UNFIT"
PROFILE_CHANGED = "PROFILE_CHANGED"
TASK_LOST = "TASK_LOST"

OF_THE_MODEL = frozenset({MODEL_FORBIDDEN, MODEL_GONE, MODEL_UNAVAILABLE})
"""Failures for which another model is the remedy."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`fixable`: the request itself is at fault, so it belongs back in the editor; otherwise retrying is the remedy."""

    title: str
    advice: str
    fixable: bool


_UNSAFE_CONTENT = Failure(
    "The prompt or a file is against the content rules.",
    "Reword what could be read as violent, sexual, hateful, or as a real person or brand, then try again.",
    fixable=True,
)

_KNOWN: dict[str, Failure] = {
    "CONTENT_VIOLATION": _UNSAFE_CONTENT,
    "SENSITIVECONTENTDETECTED": Failure(
        "The service found sensitive content.",
        "Make the wording or the file more neutral, then try again.",
        fixable=True,
    ),
    "NSFW_DETECTED": Failure(
        "The service found sexual or explicit content.",
        "Remove nudity and suggestive wording, or choose another file.",
        fixable=True,
    ),
    "INVALID_PROMPT": Failure(
        "The service cannot use this prompt.",
        "Describe in plain sentences what is visible and what moves; leave out odd symbols and instructions to the model.",
        fixable=True,
    ),
    "PROMPT_TOO_LONG": Failure(
        "The prompt is too long for this model.",
        "Shorten it, or choose a model that takes longer prompts.",
        fixable=True,
    ),
    "INVALID_IMAGE_URL": Failure(
        "The service cannot use a file's address.",
        "Give a direct https link to the file itself that opens without signing in.",
        fixable=True,
    ),
    "IMAGE_DOWNLOAD_FAILED": Failure(
        "The service could not fetch a file.",
        "Check that its link opens in a private browser window, or put the file on another host.",
        fixable=True,
    ),
    "IMAGE_TOO_LARGE": Failure(
        "A file is too large for the service.",
        "Save it smaller, below the size limit, and add it again.",
        fixable=True,
    ),
    "UNSUPPORTED_FORMAT": Failure(
        "The service does not take this kind of file.",
        "Convert it to a format that the model takes and add it again.",
        fixable=True,
    ),
    "PROCESSING_TIMEOUT": Failure(
        "The service took too long and gave up.",
        "Try again with a shorter clip, or at a quieter time.",
        fixable=False,
    ),
    MODEL_UNAVAILABLE: Failure(
        "{model} is not available at the moment.",
        "Try again later, or choose another model or route.",
        fixable=False,
    ),
    "GENERATION_FAILED": Failure(
        "The service could not make this clip.",
        "Try again as it is; if it fails once more, make the prompt simpler and clearer.",
        fixable=False,
    ),
    INSUFFICIENT_CREDITS: Failure(
        "The account had no credit left for this task.",
        "Add credit with the service, then try again.",
        fixable=False,
    ),
    REQUEST_REFUSED: Failure(
        "The service refused the request before starting it.",
        "Nothing was charged. Change what the message names and try again.",
        fixable=True,
    ),
    MODEL_FORBIDDEN: Failure(
        "This key may not use {model}.",
        "Nothing was charged. Open the draft with another model, or ask the service to enable this one.",
        fixable=True,
    ),
    MODEL_GONE: Failure(
        "{model} is no longer offered by the service.",
        "Nothing was charged. Open the draft with another model.",
        fixable=True,
    ),
    IMAGE_UNUSABLE: Failure(
        "A file was no longer usable when it was the task's turn.",
        "Nothing was sent. Add the file again and try once more.",
        fixable=True,
    ),
    IMAGE_UNPUBLISHED: Failure(
        "A file could not be published for the service.",
        "Nothing was sent. Check Settings, Pictures, then try again.",
        fixable=False,
    ),
    REQUEST_UNFIT: Failure(
        "{model} no longer takes this request.",
        "Nothing was sent. Change what the message names and send it again.",
        fixable=True,
    ),
    PROFILE_CHANGED: Failure(
        "The profile of {model} has changed since this task was made.",
        "Nothing was sent. Open it in the editor and send it again.",
        fixable=True,
    ),
    TASK_LOST: Failure(
        "The service no longer knows this task.",
        "The program still checks now and then. Check again, or send it once more, which may be charged again.",
        fixable=False,
    ),
}

_OURS = {
    *(REQUEST_REFUSED, REQUEST_UNFIT, PROFILE_CHANGED, MODEL_FORBIDDEN, MODEL_GONE),
    *(IMAGE_UNUSABLE, IMAGE_UNPUBLISHED, TASK_LOST),
}
KNOWN_CODES = frozenset(_KNOWN) - _OURS
"""Upper-case names are the service's own codes; the others are the program's."""

_UNKNOWN = Failure(
    "The service failed this task.",
    "Read its own words below, then change the request or try again.",
    fixable=False,
)
_UNEXPLAINED = Failure("The service failed this task without a reason.", "Try again as it is.", fixable=False)


def _letters(code: str) -> str:
    """Return a code without case and separators: the service writes `NSFW_DETECTED` and `SensitiveContentDetected`."""
    return "".join(filter(str.isalnum, code)).upper()


_BY_LETTERS = {_letters(code): failure for code, failure in _KNOWN.items()}


def explain(fail_code: str | None, fail_message: str | None, *, model: str = "") -> Failure:
    """Return the sentence for a failure, which names the model by the title `model`.

    Unknown and missing codes get one too; the service's own words are shown beside it.
    """
    code = (fail_code or "").strip()
    if known := _BY_LETTERS.get(_letters(code)):
        return replace(known, title=_naming(model, known.title))
    return _UNKNOWN if code or (fail_message or "").strip() else _UNEXPLAINED


def _naming(model: str, title: str) -> str:
    words = title.replace("{model}", model or "this model")
    return words if model else f"{words[0].upper()}{words[1:]}"
