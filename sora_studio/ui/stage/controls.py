"""The row of playback controls below the film. It only emits requests; the panel and the player carry them out."""

from functools import partial

from PySide6.QtCore import QPoint, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget, QWidgetAction

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.play_button import PlayButton
from sora_studio.ui.stage.slider import ThinSlider
from sora_studio.viewmodels.quantities import film_time_text

HEIGHT = 52
SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
_LOUDEST = 100


class StageControls(QFrame):
    """Playback controls: play, seek, loop, speed, volume, clip selection, continue from a frame, full screen.

    Signals: `play_toggled()`; `sought(int)` in milliseconds; `loop_changed(bool)`; `speed_changed(float)`;
    `volume_changed(float)` 0–1; `mute_changed(bool)`; `clip_chosen(int)` with the clip's index in the task;
    `continue_asked()` to start a new clip from the current frame; `use_asked()` for other uses of the clip;
    `full_screen_toggled()`.
    """

    play_toggled = Signal()
    sought = Signal(int)
    loop_changed = Signal(bool)
    speed_changed = Signal(float)
    volume_changed = Signal(float)
    mute_changed = Signal(bool)
    clip_chosen = Signal(int)
    continue_asked = Signal()
    use_asked = Signal()
    full_screen_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self._clips = list[QToolButton]()
        self._chosen_speed = 1.0
        self._play = PlayButton(self, is_on_stage=True)
        self._play.clicked.connect(self.play_toggled)
        self._time = _figure("Position")
        self._slider = ThinSlider("Seek")
        self._slider.setRange(0, 0)
        self._slider.chosen.connect(self._on_slider_chosen)
        self._total = _figure("Length")
        self._loop = self._build_button("Loop", "Loop", tip="Start again at the end")
        self._loop.setCheckable(True)
        self._loop.toggled.connect(self.loop_changed)
        self._speed = self._build_button("1×", "Speed")
        self._speed_menu = self._build_speed_menu()
        self._open_on_click(self._speed, self._speed_menu)
        self._sound = self._build_button("Volume", "Volume", tip="Volume (↑ ↓), mute (M)")
        self._open_on_click(self._sound, self._build_sound_menu())
        self.continue_button = self._build_continue()
        self.use_button = self._build_button("", "Use this clip", tip="Use this clip in the next request")
        self.use_button.setIcon(theme.icon("more", theme.DARK.text))
        self.use_button.clicked.connect(self.use_asked)
        self._full_screen = self._build_button("", "Full screen", tip="Full screen (F)")
        self._full_screen.setIcon(theme.icon("fullscreen", theme.DARK.text))
        self._full_screen.clicked.connect(self.full_screen_toggled)
        self._build_row()
        self.show_position(0)
        self.show_duration(0)

    @property
    def is_looping(self) -> bool:
        """Whether the clip restarts at its end."""
        return self._loop.isChecked()

    @property
    def speed(self) -> float:
        """Playback rate; 1.0 is normal speed."""
        return self._chosen_speed

    @property
    def volume(self) -> float:
        """The volume, 0 to 1."""
        return self._volume.value() / _LOUDEST

    @property
    def is_muted(self) -> bool:
        """Whether the sound is muted."""
        return self._mute.isChecked()

    def show_playing(self, playing: bool) -> None:
        """Show Pause on the first button while playing, Play otherwise."""
        self._play.show_playing(playing)

    def show_position(self, position_ms: int) -> None:
        """Move the slider and the clock to this position."""
        self._slider.show_value(position_ms)
        if not self._slider.isSliderDown():
            self._time.setText(film_time_text(position_ms))

    def show_duration(self, duration_ms: int) -> None:
        """Set the length of the film; 0 while it is unknown."""
        self._slider.setRange(0, duration_ms)
        self._total.setText(film_time_text(duration_ms))
        self._total.setAccessibleDescription(self._total.text())  # a named label's text is not read

    def show_clips(self, count: int, chosen: int) -> None:
        """Show one numbered button per clip of the task; none when there is only one clip."""
        for place, chip in enumerate(self._clips):
            chip.setVisible(1 < count > place)
            chip.setChecked(place == chosen)
        for place in range(len(self._clips), count if count > 1 else 0):
            chip = self._build_button(str(place + 1), f"Clip {place + 1}")
            chip.setCheckable(True)
            chip.setChecked(place == chosen)
            chip.clicked.connect(partial(self._on_chip_clicked, place))
            self._clips.append(chip)
            self._chips.addWidget(chip)
        self._fold()

    def restore(self, state: QSettings) -> None:
        """Restore the volume and speed that `remember` saved; missing or unreadable values keep their defaults."""
        volume, speed = state.value("stage/volume", _LOUDEST), state.value("stage/speed", "")
        if str(volume).isdecimal():
            self._volume.setValue(int(str(volume)))
        for entry in self._speed_menu.actions():
            if entry.text() == speed:
                entry.trigger()

    def remember(self, state: QSettings) -> None:
        """Save the volume and speed."""
        state.setValue("stage/volume", self._volume.value())
        state.setValue("stage/speed", self._speed.text())

    def change_volume(self, by: int) -> None:
        """Raise (or lower, if negative) the volume by this many percentage points."""
        self._volume.setValue(self._volume.value() + by)

    def toggle_mute(self) -> None:
        """Mute or unmute, and tick the menu entry accordingly."""
        self._mute.toggle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Show the longest button as an icon when the row is too narrow for its text."""
        button, row = self.continue_button, self.layout()
        words_px = button.fontMetrics().horizontalAdvance(button.text()) + 2 * theme.GRID
        needed_px = row.sizeHint().width() - button.sizeHint().width() + words_px if row else 0
        style = Qt.ToolButtonStyle.ToolButtonTextOnly if needed_px <= self.width() else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)

    def _build_continue(self) -> QToolButton:
        button = self._build_button("Continue from here", "Continue from here", tip="Start the next clip from this frame")
        button.setIcon(theme.icon("continue", theme.DARK.text))
        button.setMinimumWidth(theme.CONTROL_HEIGHT)  # fits the icon: the text must not set the minimum width of the stage
        button.clicked.connect(self.continue_asked)
        return button

    def _build_button(self, text: str, name: str, *, tip: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(name)
        button.setToolTip(tip or name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _open_on_click(self, button: QToolButton, menu: QMenu) -> None:
        """Open the menu on click. `QToolButton.setMenu` would reserve space for an arrow."""

        def open_above() -> None:
            menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

        button.clicked.connect(open_above)

    def _build_row(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        for widget in (self._play, self._time):
            row.addWidget(widget)
        row.addSpacing(6)
        row.addWidget(self._slider, 1)
        row.addSpacing(6)
        row.addWidget(self._total)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(2)
        row.addLayout(self._chips)
        for widget in (self._loop, self._speed, self._sound, self.continue_button, self.use_button, self._full_screen):
            row.addWidget(widget)

    def _build_speed_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for speed in SPEEDS:
            entry = menu.addAction(f"{speed:g}×")
            entry.setCheckable(True)
            entry.setChecked(speed == 1.0)
            group.addAction(entry)
            entry.triggered.connect(partial(self._on_speed_chosen, speed))
        return menu

    def _build_sound_menu(self) -> QMenu:
        menu = QMenu(self)
        self._volume = ThinSlider("Volume")
        self._volume.setRange(0, _LOUDEST)
        self._volume.show_value(_LOUDEST)
        self._volume.chosen.connect(self._on_volume_chosen)
        holder = QWidget(menu)
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self._volume)
        action = QWidgetAction(menu)
        action.setDefaultWidget(holder)
        menu.addAction(action)
        self._mute = menu.addAction("Mute")
        self._mute.setCheckable(True)
        self._mute.toggled.connect(self._on_mute_toggled)
        return menu

    def _on_slider_chosen(self, position_ms: int) -> None:
        self._time.setText(film_time_text(position_ms))
        self.sought.emit(position_ms)

    def _on_speed_chosen(self, speed: float) -> None:
        self._chosen_speed = speed
        self._speed.setText(f"{speed:g}×")
        self.speed_changed.emit(speed)

    def _on_volume_chosen(self, value: int) -> None:
        self.volume_changed.emit(value / _LOUDEST)

    def _on_mute_toggled(self, muted: bool) -> None:
        self._sound.setText("Muted" if muted else "Volume")
        self.mute_changed.emit(muted)

    def _on_chip_clicked(self, place: int) -> None:
        for other, chip in enumerate(self._clips):
            chip.setChecked(other == place)
        self.clip_chosen.emit(place)


def _figure(name: str) -> QLabel:
    """Build a time label that does not jitter: tabular figures and space for the longest time."""
    label = QLabel(textFormat=Qt.TextFormat.PlainText)
    label.setFont(theme.font())
    label.setAccessibleName(name)
    label.setMinimumWidth(QFontMetrics(label.font()).horizontalAdvance("0:00.00") + 2)
    return label
