"""Every request that the pages of the service show is built exactly so, or refused, from the shipped profiles.

`model_requests.jsonl` has one case a line: `model, mode, prompt, options, media, route`; then either `expect`, the exact
`input` (and `provider`; null: not sent), or `refused`, the first refusal's kind; then `why` and `source`, where it is stated.
`{"of": "x", "times": 3}` stands for the text `xxx`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft, MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role
from tests.doubles.models import shipped_models

Case = dict[str, Any]
CASES: list[Case] = [
    json.loads(line) for line in Path(__file__).with_name("model_requests.jsonl").read_text(encoding="utf-8").splitlines()
]
OWN = {RefusalKind.PROMPT_UNSENDABLE}
"""The program's own refusal: no page speaks of it."""
NOT_SHIPPED = {RefusalKind.GONE}
"""No shipped model is gone; the unit tests have one."""


def named(case: Case) -> str:
    return f"{case['model']} {case['mode']}: {case['why']}".encode("ascii", "replace").decode()


def spelled_out(value: Any) -> Any:
    return value["of"] * value["times"] if isinstance(value, dict) else value


def medium(given: str | dict[str, Any], kind: MediaKind) -> Medium:
    if isinstance(given, str):
        return Medium(given, kind)
    facts = MediaFacts(
        format=given.get("format"),
        size_bytes=given.get("bytes"),
        width=given.get("width"),
        height=given.get("height"),
        has_alpha=given.get("alpha"),
        seconds=given.get("seconds"),
    )
    return Medium(given["url"], kind, facts, given.get("scale", 1.0))


def draft_of(case: Case, profile: ModelProfile) -> Draft:
    kinds = {slot.role: slot.kind for slot in profile.media}
    media = {
        Role(role): tuple(medium(item, kinds.get(Role(role), MediaKind.IMAGE)) for item in items)
        for role, items in case["media"].items()
    }
    options = {field: spelled_out(value) for field, value in case["options"].items()}
    return Draft(spelled_out(case["prompt"]), case["mode"], options, media, case.get("route") or "")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_request_is_built_exactly_or_refused(case: Case) -> None:
    profile = shipped_models()[case["model"]]
    draft = draft_of(case, profile)
    refusals = check(draft, profile)
    if "refused" in case:
        assert [refusal.kind for refusal in refusals][:1] == [case["refused"]]
        return
    assert refusals == []
    wanted = {field: spelled_out(value) for field, value in case["expect"].items()}
    sent = build(draft, profile)
    assert sent == wanted
    # 1, 1.0 and true are equal in Python, and are not on the wire.
    assert json.dumps(sent, sort_keys=True) == json.dumps(wanted, sort_keys=True)
    if "provider" in case:
        assert provider(draft, profile) == case["provider"]


def test_every_shipped_model_and_mode_has_cases() -> None:
    shipped = {(slug, mode.id) for slug, profile in shipped_models().items() for mode in profile.modes}
    assert shipped <= {(case["model"], case["mode"]) for case in CASES}
    assert len(CASES) == 464


def test_every_kind_of_refusal_has_cases() -> None:
    assert {case["refused"] for case in CASES if "refused" in case} == set(RefusalKind) - OWN - NOT_SHIPPED
