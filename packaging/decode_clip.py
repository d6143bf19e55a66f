"""Decode a whole film and print its format; run by `dev.py demo` inside the environment."""

import sys
from pathlib import Path

import av


def main(path: Path) -> int:
    """Print the format, and the film's path on the last line."""
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        frames = sum(1 for _ in film.decode(video))
        rate = float(video.average_rate or 0)
        print(f"{video.width}×{video.height}, {frames} frames decoded, {frames / rate if rate else 0:.1f} s")
    print(path)
    return 0 if frames else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
