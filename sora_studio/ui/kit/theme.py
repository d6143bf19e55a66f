"""The theme: colours and sizes of the design, the font, the icons and the style sheet.

Dark or light follows the system or the user's choice. Widgets paint with `tokens()` and listen to `notifier.changed`.
"""

from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from sora_studio.domain.theme_choice import Theme
from sora_studio.paths import resources_dir

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QIcon, QPixmap

GRID = 8
RADIUS = 6
CONTROL_HEIGHT = 32
GENERATE_HEIGHT = 36
TOP_BAR_HEIGHT = 44
STATUS_BAR_HEIGHT = 28
_ICON_SIZES = (16, 20, 24, 32, 48, 64)
"""Logical sizes at the usual screen scales, so that icons are crisp on all of them."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours by purpose, as `#rrggbb`."""

    window: str
    panel: str
    raised: str
    line: str
    text: str
    secondary: str
    accent: str
    selection: str
    review: str
    ready: str
    failed: str
    stage: str
    on_accent: str
    hover: str
    accent_hover: str
    disabled: str
    scroll: str
    term_camera: str
    term_light: str
    term_mood: str
    term_action: str
    term_film: str
    term_sound: str


DARK = Tokens(
    window="#191919",
    panel="#202020",
    raised="#2a2a2a",
    line="#343434",
    text="#ececec",
    secondary="#a6a6a6",
    accent="#5b8def",
    selection="#2b3750",
    review="#e2a846",
    ready="#63b97a",
    failed="#e87b76",  # slightly lighter than in the design, for contrast on hover
    stage="#0e0e0e",
    on_accent="#0e0e0e",  # white has a contrast of only 3.2:1 on this blue
    hover="#303030",
    accent_hover="#6d9af1",
    disabled="#767676",
    scroll="#4a4a4a",
    term_camera="#82aaf5",
    term_light="#e0b25c",
    term_mood="#7cc9a6",
    term_action="#e59a86",
    term_film="#c59be8",
    term_sound="#6fc3d4",
)
LIGHT = Tokens(
    window="#f3f3f3",
    panel="#fafafa",
    raised="#ffffff",
    line="#dcdcdc",
    text="#1c1c1c",
    secondary="#5c5c5c",
    accent="#2f6bdc",
    selection="#dfe9fc",
    review="#935d00",  # this and the next two are slightly darker than in the design, for contrast on every background
    ready="#2b7343",
    failed="#ba3731",
    stage="#0e0e0e",
    on_accent="#ffffff",
    hover="#efefef",
    accent_hover="#2a60c6",
    disabled="#8a8a8a",
    scroll="#c4c4c4",
    term_camera="#2a60c6",
    term_light="#835400",
    term_mood="#1c6b46",
    term_action="#a23c22",
    term_film="#7b3fb0",
    term_sound="#0d6478",
)


class Notifier(QObject):
    """Signals: `changed()` after the colours have changed; call `tokens()` again."""

    changed = Signal()


class _Look:
    """The current colours, and the choice they follow from."""

    def __init__(self) -> None:
        self.choice = Theme.SYSTEM
        self.tokens = DARK
        self.app: QApplication | None = None


notifier = Notifier()
_look = _Look()


def tokens() -> Tokens:
    """Return the current colours."""
    return _look.tokens


def term_colour(kind: str) -> str:
    """Return the colour of a kind of film terms, such as `camera-move` or `light`; related kinds share one."""
    colours = _look.tokens
    match kind.partition("-")[0]:
        case "shot" | "camera" | "lens" | "transition":
            return colours.term_camera
        case "light":
            return colours.term_light
        case "mood":
            return colours.term_mood
        case "action" | "pace":
            return colours.term_action
        case "sound":
            return colours.term_sound
        case _:
            return colours.term_film


def choice() -> Theme:
    """Return the user's choice: dark, light, or the system's."""
    return _look.choice


def apply(app: QApplication, theme: Theme) -> None:
    """Apply the theme to the application; call again when the choice changes."""
    hints = app.styleHints()
    if _look.app is not app:
        _look.app = app
        app.setStyle("Fusion")
        app.setFont(font())
        hints.colorSchemeChanged.connect(_on_system_scheme_changed)
    _look.choice = theme
    schemes = {Theme.DARK: Qt.ColorScheme.Dark, Theme.LIGHT: Qt.ColorScheme.Light}
    hints.setColorScheme(schemes.get(theme, Qt.ColorScheme.Unknown))  # so that the system's title bar matches
    _dress(app, _wanted(hints.colorScheme()))


def font(*, size_px: int = 13, semibold: bool = False) -> QFont:
    """Return Inter with tabular figures; the system's font serves scripts that it lacks."""
    _load_font("Inter-SemiBold.otf" if semibold else "Inter-Regular.otf")
    made = QFont(["Inter", QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()])
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made


def fixed_font(*, size_px: int = 13) -> QFont:
    """Return the system's font of fixed width, for code."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(size_px)
    return made


def icon(name: str, color: str | None = None) -> "QIcon":
    """Return an icon in one colour (by default the text's), fainter when disabled. Call again when the theme changes."""
    return _icon(name, color or tokens().text, tokens().disabled)


def rule(*, vertical: bool = False) -> QFrame:
    """Return a one-pixel separator."""
    line = QFrame()
    set_role(line, "line")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def set_role(widget: QWidget, role: str) -> None:
    """Set the widget's role in the style sheet and repolish it, so that it also works after the widget was shown.

    Frames: panel, bar, stage, window, line. Labels: secondary, review, ready, failed. Buttons: primary, quiet, icon,
    segment-first, segment, segment-last. Lists: pages, rows.
    """
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def _wanted(system: Qt.ColorScheme) -> Tokens:
    if _look.choice is not Theme.SYSTEM:
        return LIGHT if _look.choice is Theme.LIGHT else DARK
    return LIGHT if system is Qt.ColorScheme.Light else DARK


def _on_system_scheme_changed(system: Qt.ColorScheme) -> None:
    if _look.app is not None and (wanted := _wanted(system)) != _look.tokens:
        _dress(_look.app, wanted)


def _dress(app: QApplication, colours: Tokens) -> None:
    _look.tokens = colours
    app.setPalette(_palette(colours))
    app.setStyleSheet(_style_template().substitute(asdict(colours)))
    notifier.changed.emit()


def _palette(colours: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, value in {
        role.Window: colours.window,
        role.Base: colours.window,
        role.AlternateBase: colours.panel,
        role.Button: colours.raised,
        role.ToolTipBase: colours.raised,
        role.WindowText: colours.text,
        role.Text: colours.text,
        role.ButtonText: colours.text,
        role.ToolTipText: colours.text,
        role.BrightText: colours.failed,
        role.PlaceholderText: colours.secondary,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.Light: colours.line,
        role.Midlight: colours.line,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.stage,
    }.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.disabled))
    return palette


@cache
def _style_template() -> Template:
    return Template((resources_dir() / "theme.qss").read_text(encoding="utf-8"))


@cache
def _load_font(file_name: str) -> None:
    """Load a bundled font on first use; if it cannot be read, the system's font is used."""
    QFontDatabase.addApplicationFont(str(resources_dir() / "fonts" / file_name))


@cache
def _icon(name: str, color: str, disabled: str) -> "QIcon":
    # Imported late: PySide creates classes on import, and the first paint does not need these.
    from PySide6.QtCore import QByteArray  # noqa: PLC0415
    from PySide6.QtGui import QIcon  # noqa: PLC0415

    drawing = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    painted = QByteArray(drawing.replace("currentColor", color).encode())
    for size_px in _ICON_SIZES:
        drawn = _drawn(painted, size_px)
        made.addPixmap(drawn, QIcon.Mode.Normal)
        made.addPixmap(_recoloured(drawn, disabled), QIcon.Mode.Disabled)
    return made


def _drawn(svg: "QByteArray", size_px: int) -> "QPixmap":
    from PySide6.QtCore import QBuffer, QByteArray, QSize  # noqa: PLC0415
    from PySide6.QtGui import QImageReader, QPixmap  # noqa: PLC0415

    buffer = QBuffer(svg)
    reader = QImageReader(buffer, QByteArray(b"svg"))
    reader.setScaledSize(QSize(size_px, size_px))
    return QPixmap.fromImage(reader.read())


def _recoloured(drawn: "QPixmap", color: str) -> "QPixmap":
    """Return the same shape in another colour: much faster than drawing it again."""
    from PySide6.QtGui import QPainter  # noqa: PLC0415

    copy = drawn.copy()
    painter = QPainter(copy)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(copy.rect(), QColor(color))
    painter.end()
    return copy
