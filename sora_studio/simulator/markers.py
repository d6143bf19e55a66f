"""Words in a prompt that decide how its task ends."""

import re

CONTENT_VIOLATION = "CONTENT_VIOLATION"

_FAIL = re.compile(r"\[fail:([A-Za-z_]{1,60})\]")
_VIOLATION = re.compile(r"(?i)\[violation\]|\bforbidden\b")
_LOST = "[lost]"
_CLIPS = re.compile(r"\[clips:([1-4])\]")

_MESSAGES = {
    CONTENT_VIOLATION: "The prompt violates the content policy.",
    "NSFW_DETECTED": "The result was withheld: it may not be safe for work.",
    "SensitiveContentDetected": "The request holds sensitive content.",
    "INVALID_IMAGE_URL": "The image could not be fetched from its URL.",
    "IMAGE_DOWNLOAD_FAILED": "Fetching the image broke off.",
    "IMAGE_TOO_LARGE": "The image is larger than 10 MB.",
    "UNSUPPORTED_FORMAT": "The image is not a JPG, PNG or WebP file.",
    "PROMPT_TOO_LONG": "The prompt is too long.",
    "INVALID_PROMPT": "The prompt cannot be understood.",
    "PROCESSING_TIMEOUT": "The generation took too long and was stopped.",
    "MODEL_UNAVAILABLE": "The model is not available at present.",
    "INSUFFICIENT_CREDITS": "The account has no credit left.",
}


def fail_code(prompt: str) -> str | None:
    """Return the failCode that the prompt asks for; None if none."""
    if (named := _FAIL.search(prompt)) is not None:
        return named[1]
    return CONTENT_VIOLATION if _VIOLATION.search(prompt) else None


def is_answer_lost(prompt: str) -> bool:
    """Return whether to drop the connection before the create's answer; the task is charged all the same."""
    return _LOST in prompt


def fail_message(code: str) -> str:
    """Return the service's message for a failCode, also for unknown ones."""
    return _MESSAGES.get(code, "The generation failed.")


def clip_count(prompt: str) -> int:
    """Return how many films the task produces."""
    wanted = _CLIPS.search(prompt)
    return int(wanted[1]) if wanted else 1
