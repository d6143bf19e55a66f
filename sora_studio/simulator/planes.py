"""Pictures as video frames store them: a luma plane, and two chroma planes at half the size. This halves the work."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

from dataclasses import dataclass
from typing import Self, cast

import av
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture with even edges in limited-range BT.709, as players expect it."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    @classmethod
    def from_rgb(cls, picture: Image.Image) -> Self:
        """Convert a picture; only chroma resolution is lost."""
        frame = cast("av.VideoFrame", av.VideoFrame.from_image(picture)).reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        y, u, v = (
            Image.frombuffer("L", (plane.width, plane.height), bytes(plane), "raw", "L", plane.line_size, 1)
            for plane in frame.planes
        )
        return cls(y.copy(), u.copy(), v.copy())

    def cropped(self, left: int, width: int) -> "Planes":
        """Return a part of full height, from an even column on."""
        half, height = left // 2, self.y.height
        box = (half, 0, half + width // 2, height // 2)
        return Planes(self.y.crop((left, 0, left + width, height)), self.u.crop(box), self.v.crop(box))

    def resized(self, box: tuple[float, float, float, float], size: tuple[int, int]) -> "Planes":
        """Return the part in `box`, which may lie between pixels, scaled to `size`."""
        half_box = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        half_size = (size[0] // 2, size[1] // 2)
        linear = Image.Resampling.BILINEAR
        return Planes(
            self.y.resize(size, Image.Resampling.BICUBIC, box),
            self.u.resize(half_size, linear, half_box),
            self.v.resize(half_size, linear, half_box),
        )

    def to_frame(self) -> av.VideoFrame:
        """Return a frame for an encoder."""
        frame = av.VideoFrame(self.y.width, self.y.height, "yuv420p")
        for plane, image in zip(frame.planes, (self.y, self.u, self.v), strict=True):
            plane.update(image.tobytes("raw", "L", plane.line_size, 1))
        return frame
