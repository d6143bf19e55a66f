"""Human-readable times and sizes for the task list and the stage."""

from datetime import datetime

_UNITS = ("KB", "MB", "GB", "TB")


def clock_text(seconds: float) -> str:
    """Return `0:07`, `3:40` or `1:02:03`; whole seconds, never negative."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def film_time_text(milliseconds: int) -> str:
    """Return `0:04.11`: hundredths, because a frame lasts about four of them."""
    return f"{clock_text(milliseconds / 1000)}.{max(0, milliseconds) % 1000 // 10:02}"


def size_text(size_bytes: float) -> str:
    """Return `24 MB` or `9.8 MB`: decimal units, one decimal place below ten."""
    value, unit = max(0.0, size_bytes) / 1000, _UNITS[0]
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.1f} {unit}" if round(value, 1) < 10 else f"{value:.0f} {unit}"


def time_of_day_text(at: datetime, now: datetime) -> str:
    """Return `14:02` in local time, prefixed by the day unless it is today."""
    local, today = at.astimezone(), now.astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.day} {local:%b %H:%M}"


def days_left_text(until: datetime, now: datetime) -> str:
    """Return `13 days left`, `5 hours left` or `expires within the hour`."""
    hours = (until - now).total_seconds() / 3600
    if hours >= 48:
        return f"{int(hours // 24)} days left"
    return f"{int(hours)} hours left" if hours >= 2 else "expires within the hour" if hours < 1 else "1 hour left"
