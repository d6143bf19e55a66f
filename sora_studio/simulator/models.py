"""The models of the simulated service: a table of its own, kept apart from the studio's profiles on purpose."""

from collections.abc import Mapping

from sora_studio.simulator.model import Field, FieldKind, MediaField, MediaKind, Mode, Model, Price, Prompt, Rule, Times, Value

_MAX_SEED = 2**31 - 1
_WIDE = ("16:9", "9:16", "1:1")
_FIVE = (*_WIDE, "4:3", "3:4")
_SIX = (*_FIVE, "21:9")
_TEXT, _IMAGE = "text-to-video", "image-to-video"
_PICTURE = MediaField("image_urls", MediaKind.IMAGE, 1)
_FRAMES = MediaField("image_urls", MediaKind.IMAGE, 1, 2)
_VIDEO = MediaField("video_urls", MediaKind.VIDEO, 1)
_SOUND_FILE = MediaField("audio_urls", MediaKind.AUDIO, 1)
_BY_RESOLUTION: dict[str, dict[Value, float]] = {"resolution": {"480p": 0.5, "540p": 0.7, "720p": 1.0, "1080p": 2.0}}


def _choice(name: str, *values: Value, default: Value | None = None, required: bool = False) -> Field:
    return Field(name, FieldKind.CHOICE, values, default=default, required=required)


def _seconds(low: int, high: int, default: int) -> Field:
    return Field("duration", FieldKind.INTEGER, low=low, high=high, default=default)


def _integer(name: str, low: int | None = None, high: int | None = None, anything: int | None = None) -> Field:
    return Field(name, FieldKind.INTEGER, low=low, high=high, anything=anything)


def _switch(name: str, default: bool | None = None, *, required: bool = False) -> Field:
    return Field(name, FieldKind.SWITCH, default=default, required=required)


def _words(name: str, max_chars: int | None = None) -> Field:
    return Field(name, FieldKind.TEXT, max_chars=max_chars)


def _aspect(*values: Value, default: Value | None = "16:9", name: str = "aspect_ratio") -> Field:
    return _choice(name, *values, default=default)


def _resolution(*values: Value, default: Value = "720p") -> Field:
    return _choice("resolution", *values, default=default)


_5_OR_10 = _choice("duration", 5, 10, default=5)
_SOUND_REQUIRED = _switch("sound", required=True)
_STRENGTH = Field("cfg_scale", FieldKind.NUMBER, low=0.0, high=1.0, step=0.1)
_UP_TO_5000 = Prompt(1, 5_000)


def _sora_2() -> Model:
    fields = (
        _choice("duration", 10, 15, default=10),
        _aspect("landscape", "portrait", default="landscape"),
        _switch("remove_watermark", default=True),
    )
    prompt = Prompt(1, 10_000)
    modes = (Mode({"mode": _TEXT}, fields, prompt=prompt), Mode({"mode": _IMAGE}, fields, (_PICTURE,), prompt=prompt))
    return Model("sora-2", "Sora 2", modes, Price(0.05), ("auto", "value", "official"), times=Times(60, 180, 12))


def _sora_2_pro() -> Model:
    duration = _choice("duration", 4, 8, 12, default=4)
    size = _choice("size", "1280*720", "720*1280", "1792*1024", "1024*1792", default="1280*720")
    resolution = _resolution("720p", "1080p")
    large: dict[str, dict[Value, float]] = {"size": {"1792*1024": 1.5, "1024*1792": 1.5}, "resolution": {"1080p": 1.5}}
    modes = (
        Mode({"mode": _TEXT}, (duration, size), prompt=_UP_TO_5000),
        Mode({"mode": _IMAGE}, (duration, resolution), (_PICTURE,), prompt=_UP_TO_5000),
    )
    price, times = Price(0.3, factors=large), Times(100, 220, 12)
    return Model(
        "sora-2-pro", "Sora 2 Pro", modes, price, ("official",), times=times, requests_per_minute=60, concurrent_tasks=10
    )


def _veo_3_1() -> Model:
    fields = (_aspect("16:9", "9:16", "auto"), _integer("seed"), _words("watermark"))
    prompt = Prompt(1, 10_000)
    frames = MediaField("image_urls", MediaKind.IMAGE, 1, 2, formats=("jpeg", "png"))
    references = MediaField("image_urls", MediaKind.IMAGE, 1, 3, formats=("jpeg", "png"))
    wide = Rule("aspect_ratio", "must be 16:9 with reference pictures", values=("16:9",))
    fast, quality = Price(0.2, "clip"), Price(1.5, "clip")

    def _mode(tier: str, kind: str, price: Price, *media: MediaField, rules: tuple[Rule, ...] = ()) -> Mode:
        return Mode({"mode": tier, "generationType": kind}, fields, media, rules, prompt, length_s=8, price=price)

    ends = "FIRST_AND_LAST_FRAMES_2_VIDEO"
    modes = (
        _mode("quality", "TEXT_2_VIDEO", quality),
        _mode("quality", ends, quality, frames),
        _mode("fast", "TEXT_2_VIDEO", fast),
        _mode("fast", ends, fast, frames),
        _mode("fast", "REFERENCE_2_VIDEO", fast, references, rules=(wide,)),
    )
    selects = {"mode": "quality", "generationType": "TEXT_2_VIDEO"}
    return Model("veo-3-1", "Veo 3.1", modes, fast, selects=selects, times=Times(110, 130, 0))


def _kling_2_1() -> Model:
    fields = (_5_OR_10, _words("negative_prompt", 500), _STRENGTH)
    free = (*fields, _aspect(*_WIDE, default=None))

    def _mode(name: str, usd: float, fields: tuple[Field, ...], *media: MediaField) -> Mode:
        return Mode({"mode": name}, fields, media, prompt=_UP_TO_5000, sound=False, price=Price(usd))

    modes = (
        _mode("standard-image-to-video", 0.05, free, _PICTURE),
        _mode("pro-image-to-video", 0.09, free, _FRAMES),
        _mode("master-text-to-video", 0.28, (*fields, _aspect(*_WIDE))),
        _mode("master-image-to-video", 0.28, free, _PICTURE),
    )
    return Model("kling-2-1", "Kling 2.1", modes, Price(0.05), ("auto", "value", "official"))


def _kling_2_5() -> Model:
    fields, prompt = (_5_OR_10, _words("negative_prompt", 2_500), _STRENGTH), Prompt(1, 2_500)
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_WIDE)), prompt=prompt, sound=False),
        Mode({"mode": _IMAGE}, fields, (_FRAMES,), prompt=prompt, sound=False),
    )
    return Model("kling-2-5-turbo-pro", "Kling 2.5 Turbo Pro", modes, Price(0.07))


def _kling_2_6() -> Model:
    fields, prompt = (_5_OR_10, _SOUND_REQUIRED), Prompt(1, 1_000)
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_WIDE)), prompt=prompt, sound=("sound",)),
        Mode({"mode": _IMAGE}, fields, (_FRAMES,), prompt=prompt, sound=("sound",)),
    )
    return Model("kling-2-6", "Kling 2.6", modes, Price(0.08, factors={"sound": {True: 2.0}}))


def _kling_3_0() -> Model:
    fields = (_seconds(3, 15, 5), _switch("sound", default=False))
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_WIDE)), sound=("sound",)),
        Mode({"mode": _IMAGE}, fields, (_FRAMES,), sound=("sound",)),
        Mode({"mode": "motion-control"}, (), (_PICTURE, _VIDEO), prompt=Prompt(required=False), timed_by="video_urls"),
    )
    return Model("kling-3-0-std", "Kling 3.0 Standard", modes, Price(0.09, factors={"sound": {True: 1.5}}))


def _seedance_1_5() -> Model:
    fields = (_resolution("480p", "720p"), _seconds(4, 12, 8), _SOUND_REQUIRED, _switch("fixed_lens", default=False))
    prompt = Prompt(3, 2_500)
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_SIX)), prompt=prompt, sound=("sound",)),
        Mode({"mode": _IMAGE}, (*fields, _aspect(*_SIX, default=None)), (_FRAMES,), prompt=prompt, sound=("sound",)),
    )
    price = Price(0.04, factors={**_BY_RESOLUTION, "sound": {True: 2.0}})
    return Model("seedance-1-5-pro", "Seedance 1.5 Pro", modes, price)


def _seedance_1_5_extend() -> Model:
    fields = (
        _resolution("480p", "720p", "1080p", default="480p"),
        _seconds(4, 12, 4),
        _SOUND_REQUIRED,
        _switch("camera_fixed"),
        _integer("seed"),
    )
    mode = Mode(
        {"mode": "video-extend"},
        fields,
        (_VIDEO,),
        prompt=Prompt(3, 2_500),
        sound=("sound",),
        timed_by="video_urls",
        continues=True,
    )
    return Model("seedance-1-5-pro-extend", "Seedance 1.5 Pro Extend", (mode,), Price(0.05, factors=_BY_RESOLUTION))


def _seedance_2_0(slug: str, title: str, usd: float, resolutions: tuple[str, ...], *switches: Field) -> Model:
    fields = (_resolution(*resolutions), _seconds(4, 15, 5), *switches)
    own_shape = (*fields, _aspect(*_SIX, "auto", default="auto"))
    sound = ("sound",) if switches else True
    references = (
        MediaField("image_urls", MediaKind.IMAGE, 0, 9),
        MediaField("video_urls", MediaKind.VIDEO, 0, 3),
        MediaField("audio_urls", MediaKind.AUDIO, 0, 3),
    )
    rules = (
        Rule("image_urls", "is required unless there is a video", lacks=("image_urls", "video_urls", "audio_urls")),
        Rule("audio_urls", "needs a picture or a video", has=("audio_urls",), lacks=("image_urls", "video_urls")),
    )
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_SIX, "auto")), sound=sound),
        Mode({"mode": "first_and_last_frames"}, own_shape, (_FRAMES,), sound=sound),
        Mode({"mode": "omni_reference"}, own_shape, references, rules, sound=sound),
    )
    return Model(slug, title, modes, Price(usd, factors=_BY_RESOLUTION))


def _hailuo(slug: str, title: str, usd: float, pro_s: int, *kinds: str) -> Model:
    picture = MediaField("image_urls", MediaKind.IMAGE, 1, formats=("jpeg", "png"), max_bytes=20_000_000)
    duration = _choice("duration", 6, 10, required=True)

    def _modes(kind: str) -> tuple[Mode, Mode]:
        media = (picture,) if kind == _IMAGE else ()
        standard = Mode({"mode": f"standard-{kind}"}, (duration,), media, sound=False, edge_px=768)
        pro = Mode(
            {"mode": f"pro-{kind}"},
            (),
            media,
            sound=False,
            edge_px=1080,
            length_s=pro_s,
            price=Price(usd * pro_s * 1.5, "clip"),
        )
        return standard, pro

    return Model(slug, title, tuple(mode for kind in kinds for mode in _modes(kind)), Price(usd))


def _wan_2_2() -> Model:
    fields = (_resolution("480p", "720p", default="480p"), _integer("seed", 0, _MAX_SEED, -1))

    def _mode(kind: str) -> Mode:
        sends = {"mode": "standard", "type": kind}
        return Mode(sends, fields, (_PICTURE, _VIDEO), prompt=Prompt(required=False), timed_by="video_urls")

    price = Price(0.075, factors=_BY_RESOLUTION, least_s=5, most_s=120)
    return Model("wan-2-2-animate", "Wan 2.2 Animate", (_mode("animate"), _mode("replace")), price)


def _wan_2_5() -> Model:
    fields = (
        _resolution("720p", "1080p"),
        _5_OR_10,
        _words("negative_prompt"),
        _integer("seed"),
        _switch("enable_prompt_expansion"),
    )
    prompt = Prompt(1, 800)
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_WIDE)), prompt=prompt),
        Mode({"mode": _IMAGE}, fields, (_PICTURE,), prompt=prompt),
    )
    return Model("wan-2-5", "Wan 2.5", modes, Price(0.06, factors=_BY_RESOLUTION))


def _wan_2_5_video() -> Model:
    fields = (_resolution("480p", "720p", "1080p"), _5_OR_10, _words("negative_prompt", 500))
    picture = MediaField("image_urls", MediaKind.IMAGE, 1, formats=("jpeg", "png", "bmp", "webp"), max_bytes=20_000_000)
    sound = MediaField("audio_urls", MediaKind.AUDIO)
    coarse = Rule("aspect_ratio", "must be 16:9, 9:16 or 1:1 at 480p", equal={"resolution": "480p"}, values=_WIDE)
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*_FIVE)), (sound,), (coarse,), Prompt(1, 1_500)),
        Mode({"mode": _IMAGE}, fields, (picture, sound), prompt=Prompt(1, 1_500, required=False)),
    )
    return Model("wan-2-5-video", "Wan 2.5 with audio", modes, Price(0.065, factors=_BY_RESOLUTION))


def _wan_2_6() -> Model:
    small = ("1280*720", "720*1280", "960*960", "1088*832", "832*1088")
    large = ("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632")
    fields = (_seconds(2, 15, 5), _words("negative_prompt", 500), _switch("prompt_extend"))
    resolution, prompt = _resolution("720p", "1080p"), Prompt(1, 1_500)
    flash = (*fields, resolution, _switch("sound", default=True))
    modes = (
        Mode({"mode": _TEXT}, (*fields, _choice("size", *small, *large, default="1280*720")), prompt=prompt),
        Mode({"mode": _IMAGE}, (*fields, resolution), (_PICTURE,), prompt=prompt),
        Mode({"mode": "image-to-video-flash"}, flash, (_PICTURE,), prompt=prompt, sound=("sound",), price=Price(0.05)),
    )
    large_size: Mapping[Value, float] = dict.fromkeys(large, 2.0)
    factors = {**_BY_RESOLUTION, "size": large_size}
    return Model("wan-2-6-video", "Wan 2.6", modes, Price(0.1, factors=factors), page="wan-2-6")


def _wan_2_7() -> Model:
    resolution, duration = _resolution("720p", "1080p"), _seconds(2, 15, 5)
    fields = (resolution, duration)
    references = (
        MediaField("image_urls", MediaKind.IMAGE, 0, None),
        MediaField("video_urls", MediaKind.VIDEO, 0, None),
    )
    rules = (
        Rule("image_urls", "is required unless there is a video", lacks=("image_urls", "video_urls")),
        Rule("duration", "must be at most 10 with a reference video", has=("video_urls",), high=10),
    )
    edit = (resolution, _choice("duration", 0, *range(2, 11), default=0))
    videos = MediaField("video_urls", MediaKind.VIDEO, 1, None)
    modes = (
        Mode({"mode": _TEXT}, fields),
        Mode({"mode": _IMAGE}, fields, (_FRAMES,), prompt=Prompt(required=False)),
        Mode({"mode": "reference-to-video"}, fields, references, rules),
        Mode({"mode": "video-edit"}, edit, (videos,), timed_by="video_urls"),
    )
    return Model("wan-2-7-video", "Wan 2.7", modes, Price(0.11, factors=_BY_RESOLUTION), page="wan-2-7-video")


def _ltx_2() -> Model:
    fields = (_resolution("480p", "720p", "1080p"), _seconds(5, 20, 10), _integer("seed", 1, _MAX_SEED, -1))
    text = (*fields, _aspect("16:9", "9:16"))
    loras = MediaField("loras", MediaKind.LORA, 0, 3)
    modes = (
        Mode({"mode": _TEXT}, text, prompt=_UP_TO_5000),
        Mode({"mode": _IMAGE}, fields, (_PICTURE,), prompt=_UP_TO_5000),
        Mode({"mode": "text-to-video-LoRA"}, text, (loras,), prompt=_UP_TO_5000),
        Mode({"mode": "image-to-video-LoRA"}, fields, (_PICTURE, loras), prompt=_UP_TO_5000),
    )
    return Model("ltx-2-19b", "LTX 2 19B", modes, Price(0.02, factors=_BY_RESOLUTION), times=Times(40, 90, 0))


def _vidu_q3() -> Model:
    fields = (
        _resolution("540p", "720p", "1080p"),
        _seconds(1, 16, 8),
        _choice("movement", "auto", "small", "medium", "large"),
        _switch("sound", default=True),
        _switch("bgm", default=True),
        _integer("seed", 0, _MAX_SEED, -1),
    )
    text = (*fields, _aspect(*_FIVE), _choice("style", "general", "anime", default="general"))

    def _mode(name: str, usd: float, fields: tuple[Field, ...], *media: MediaField) -> Mode:
        price = Price(usd, factors=_BY_RESOLUTION)
        return Mode({"mode": name}, fields, media, prompt=_UP_TO_5000, sound=("sound", "bgm"), price=price)

    modes = (
        _mode(_TEXT, 0.12, text),
        _mode(_IMAGE, 0.12, fields, _FRAMES),
        _mode("turbo-text-to-video", 0.06, text),
        _mode("turbo-image-to-video", 0.06, fields, _FRAMES),
    )
    return Model("vidu-q3", "Vidu Q3", modes, Price(0.12, factors=_BY_RESOLUTION))


def _grok() -> Model:
    fields = (_seconds(6, 30, 6), _resolution("480p", "720p", default="480p"), _choice("style", "normal"))
    shapes = (*_WIDE, "3:2", "2:3")
    image = (*fields, _aspect(*shapes, default=None), _words("task_id"), _integer("index", 0, 5))
    picture = MediaField("image_urls", MediaKind.IMAGE)
    rules = (
        Rule("image_urls", "is required without task_id", lacks=("image_urls", "task_id")),
        Rule("task_id", "must be absent with image_urls", has=("image_urls", "task_id")),
        Rule("index", "needs task_id", has=("index",), lacks=("task_id",)),
    )
    modes = (
        Mode({"mode": _TEXT}, (*fields, _aspect(*shapes)), prompt=_UP_TO_5000),
        Mode({"mode": _IMAGE}, image, (picture,), rules, _UP_TO_5000),
    )
    return Model("grok-video", "Grok Video", modes, Price(0.045, factors=_BY_RESOLUTION))


def _happy_horse() -> Model:
    fields = (_resolution("720p", "1080p"), _switch("watermark", default=False), _integer("seed", 0, _MAX_SEED))
    timed, prompt = (*fields, _seconds(3, 15, 5)), Prompt(1, 2_500)
    shaped = (*timed, _aspect(*_FIVE, name="ratio"))
    nine, five = MediaField("image_urls", MediaKind.IMAGE, 1, 9), MediaField("image_urls", MediaKind.IMAGE, 0, 5)
    edit = (*fields, _choice("audio_setting", "auto", "origin"))
    modes = (
        Mode({"mode": _TEXT}, shaped, prompt=prompt),
        Mode({"mode": _IMAGE}, timed, (_PICTURE,), prompt=Prompt(1, 2_500, required=False)),
        Mode({"mode": "reference-to-video"}, shaped, (nine,), prompt=prompt),
        Mode({"mode": "video-edit"}, edit, (_VIDEO, five), prompt=prompt, timed_by="video_urls"),
    )
    return Model("happyHorse", "HappyHorse", modes, Price(0.14, factors=_BY_RESOLUTION))


def _infinitetalk() -> Model:
    fields = (_resolution("480p", "720p", default="480p"), _integer("seed", anything=-1))
    media = (_FRAMES, _SOUND_FILE)
    mode = Mode({"mode": _IMAGE}, fields, media, prompt=Prompt(required=False), timed_by="audio_urls")
    price = Price(0.06, factors=_BY_RESOLUTION, least_s=5)
    return Model("infinitetalk", "InfiniteTalk", (mode,), price)


_THREE = ("480p", "720p", "1080p")
_SEEDANCE_SWITCHES = (_switch("sound", default=True), _switch("web_search", default=False))

MODELS = {
    model.slug: model
    for model in (
        _sora_2(),
        _sora_2_pro(),
        _veo_3_1(),
        _kling_2_1(),
        _kling_2_5(),
        _kling_2_6(),
        _kling_3_0(),
        _seedance_1_5(),
        _seedance_1_5_extend(),
        _seedance_2_0("seedance-2-0", "Seedance 2.0", 0.13, _THREE, *_SEEDANCE_SWITCHES),
        _seedance_2_0("seedance-2-0-fast", "Seedance 2.0 Fast", 0.1, _THREE[:2], *_SEEDANCE_SWITCHES),
        _seedance_2_0("seedance-2-0-mini", "Seedance 2.0 Mini", 0.066, _THREE[:2]),
        _hailuo("hailuo-2-3", "Hailuo 2.3", 0.047, 5, _TEXT, _IMAGE),
        _hailuo("hailuo-2-3-fast", "Hailuo 2.3 Fast", 0.032, 6, _IMAGE),
        _wan_2_2(),
        _wan_2_5(),
        _wan_2_5_video(),
        _wan_2_6(),
        _wan_2_7(),
        _ltx_2(),
        _vidu_q3(),
        _grok(),
        _happy_horse(),
        _infinitetalk(),
    )
}
