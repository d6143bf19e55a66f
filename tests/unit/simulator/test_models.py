"""The simulator's table, which is its own, agrees with the studio's profiles on everything that both know."""

from pathlib import Path

import pytest

from sora_studio.domain.models.profile import Allowed, MediaSlot, ModelProfile, Option, OptionKind, Rule
from sora_studio.domain.models.profile import Mode as ProfileMode
from sora_studio.domain.models.read import read
from sora_studio.simulator.model import Field, FieldKind, MediaField, Mode
from sora_studio.simulator.model import Rule as TableRule
from sora_studio.simulator.models import MODELS

_FOLDER = Path(__file__).parents[3] / "resources" / "models"
PROFILES = {path.stem: read(path.read_text(encoding="utf-8"), path.name) for path in _FOLDER.glob("*.toml")}
_KINDS = {
    OptionKind.CHOICE: FieldKind.CHOICE,
    OptionKind.INT: FieldKind.INTEGER,
    OptionKind.FLOAT: FieldKind.NUMBER,
    OptionKind.TEXT: FieldKind.TEXT,
    OptionKind.SWITCH: FieldKind.SWITCH,
}
MODES = [(slug, mode.id) for slug, profile in sorted(PROFILES.items()) for mode in profile.modes]


def modes_of(slug: str, mode_id: str) -> tuple[ModelProfile, ProfileMode, Mode]:
    """The mode as the profile has it, and as the table has it."""
    profile = PROFILES[slug]
    mode = profile.mode(mode_id)
    assert mode is not None
    return profile, mode, MODELS[slug].mode(mode.sends)


def test_both_know_the_same_models() -> None:
    assert sorted(MODELS) == sorted(PROFILES)
    assert len(MODELS) == 24
    assert {slug: model.title for slug, model in MODELS.items()} == {slug: profile.title for slug, profile in PROFILES.items()}


@pytest.mark.parametrize("slug", sorted(PROFILES))
def test_modes_routes_and_limits_agree(slug: str) -> None:
    model, profile = MODELS[slug], PROFILES[slug]

    sent = {tuple(mode.sends.items()) for mode in profile.modes}
    assert {tuple(mode.sends.items()) for mode in model.modes} == sent
    assert len(model.modes) == len(profile.modes)
    assert model.routes == (profile.routing.values if profile.routing else ())
    assert model.requests_per_minute == profile.limits.requests_per_minute
    assert model.concurrent_tasks == profile.limits.concurrent_tasks


@pytest.mark.parametrize(("slug", "mode_id"), MODES)
def test_prompts_and_fields_agree(slug: str, mode_id: str) -> None:
    profile, mode, simulated = modes_of(slug, mode_id)

    prompt = simulated.prompt
    assert (prompt.least, prompt.most) == (profile.prompt.min_chars, profile.prompt.max_chars)
    assert prompt.required == mode.prompt_required
    fields = {field.name: field for field in simulated.fields}
    options = {option.field: option for option in profile.options_in(mode_id)}
    assert sorted(fields) == sorted(options)
    for name, option in options.items():
        _assert_agree(fields[name], option)


def _assert_agree(field: Field, option: Option) -> None:
    values = [choice.value for choice in option.choices]
    if option.kind is OptionKind.CHOICE and {type(value) for value in values} == {bool}:
        assert (field.kind, set(values)) == (FieldKind.SWITCH, {True, False})
    else:
        assert field.kind is _KINDS[option.kind]
        assert [(type(value), value) for value in field.values] == [(type(value), value) for value in values]
    assert (field.low, field.high, field.step) == (option.min, option.max, option.step)
    assert (field.anything, field.max_chars) == (option.random, option.max_chars)
    assert not option.as_text
    if option.required:
        assert field.required
    if field.required:
        assert option.required or option.default is not None, "the service insists, so it is always sent"
    else:
        assert field.default == option.default
        assert type(field.default) is type(option.default)


@pytest.mark.parametrize(("slug", "mode_id"), MODES)
def test_media_agree(slug: str, mode_id: str) -> None:
    profile, _, simulated = modes_of(slug, mode_id)

    lists = dict[str, list[MediaSlot]]()
    for slot in profile.media_in(mode_id):
        lists.setdefault(slot.field, []).append(slot)
    media = {field.name: field for field in simulated.media}
    assert sorted(media) == sorted(lists)
    for name, slots in lists.items():
        _assert_same_media(media[name], slots)


def _assert_same_media(field: MediaField, slots: list[MediaSlot]) -> None:
    most = [slot.max for slot in slots]
    assert {field.kind.value} == {slot.kind.value for slot in slots}
    assert field.least == sum(slot.min for slot in slots)
    assert field.most == (None if None in most else sum(count or 0 for count in most))
    if slots[0].kind.value == "image":
        assert not slots[0].formats or set(field.formats) == set(slots[0].formats)
        assert slots[0].max_bytes in (None, field.max_bytes)


@pytest.mark.parametrize(("slug", "mode_id"), MODES)
def test_rules_agree(slug: str, mode_id: str) -> None:
    profile, mode, simulated = modes_of(slug, mode_id)
    fields = {slot.role.value: slot.field for slot in profile.media_in(mode_id)}
    fields |= {option.field: option.field for option in profile.options_in(mode_id)}

    wanted = [
        facts
        for rule in profile.rules
        if mode_id in rule.when.equal.get("mode", (mode_id,))
        for facts in _rule_facts(rule, fields)
    ]
    if mode.kind.value == "reference" and not any(slot.min for slot in profile.media_in(mode_id)):
        lists = frozenset(slot.field for slot in profile.media_in(mode_id))
        wanted.append((frozenset(), frozenset(), lists, (), None))
    assert sorted(map(_facts, simulated.rules), key=repr) == sorted(wanted, key=repr)


_Facts = tuple[frozenset[object], frozenset[str], frozenset[str], tuple[object, ...], float | None]


def _rule_facts(rule: Rule, fields: dict[str, str]) -> list[_Facts]:
    """What a profile's rule says about a mode with these fields, by the names of the wire; nothing where it cannot hold."""
    equal = frozenset((name, values) for name, values in rule.when.equal.items() if name != "mode")
    if not all(name in fields for name in (*rule.when.has, *rule.when.equal, *rule.allow) if name != "mode"):
        return []
    has, lacks = (frozenset(fields[name] for name in names if name in fields) for names in (rule.when.has, rule.when.lacks))
    allowed = list(rule.allow.values()) or [Allowed()]
    return [(equal, has, lacks, allow.values, allow.max) for allow in allowed]


def _facts(rule: TableRule) -> _Facts:
    equal = frozenset((name, (value,)) for name, value in rule.equal.items())
    return equal, frozenset(rule.has), frozenset(rule.lacks), rule.values, rule.high


@pytest.mark.parametrize(("slug", "mode_id"), MODES)
def test_what_a_mode_always_gives_agrees(slug: str, mode_id: str) -> None:
    profile, mode, simulated = modes_of(slug, mode_id)
    roles = {slot.role.value: slot.field for slot in profile.media_in(mode_id)}

    length = mode.fixed.get("duration_s")
    if isinstance(length, str):
        assert simulated.timed_by == roles[length]
    elif length is not None:
        assert (simulated.length_s, simulated.timed_by) == (length, "")
    assert mode.fixed.get("resolution", f"{simulated.edge_px}p") == f"{simulated.edge_px}p"
    assert mode.fixed.get("sound", simulated.sound) == simulated.sound
    switches = {option.field for option in profile.options_in(mode_id) if option.meaning in ("sound", "music")}
    assert set(simulated.sound if isinstance(simulated.sound, tuple) else ()) == switches


def test_where_a_price_is_published_the_simulator_charges_it() -> None:
    for slug in ("veo-3-1", "infinitetalk"):
        profile, model = PROFILES[slug], MODELS[slug]
        for mode in profile.modes:
            price = model.mode(mode.sends).price or model.price
            for published in profile.prices:
                if mode.id not in published.when.equal.get("mode", (mode.id,)):
                    continue
                assert published.amount is not None
                values = {name: options[0] for name, options in published.when.equal.items()}
                units = 1 if published.per.value == "clip" else 10
                assert price.of(values, 10) == pytest.approx(published.amount[0] * units)


def test_no_two_models_cost_the_same() -> None:
    prices = [tuple((mode.price or model.price).of({}, 100) for mode in model.modes) for model in MODELS.values()]

    assert len(set(prices)) == len(MODELS)
