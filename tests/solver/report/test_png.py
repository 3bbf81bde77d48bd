"""Lossless compression of pictures; pictures of another kind stay as they are."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from solver.report import png

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]


def _pixels(alpha: int = 255) -> Pixels:
    drawn = np.random.default_rng(3).integers(0, 256, (40, 30, 4), dtype=np.uint8)
    drawn[:, 10:, :3] = drawn[:, 10:11, :3]
    drawn[..., 3] = alpha
    return drawn


def _rendered(pixels: Pixels, filter_type: int = 1) -> bytes:
    """Encode RGBA pixels as the renderer does: each row as differences to the left, compressed in haste."""
    height, width, _ = pixels.shape
    left = np.zeros_like(pixels)
    left[:, 1:] = pixels[:, :-1] * (filter_type == 1)
    rows = np.hstack([np.full((height, 1), filter_type, np.uint8), (pixels - left).reshape(height, -1)])
    size = np.array([width, height], ">u4").tobytes()
    header, data = (b"IHDR", size + png._RGBA), zlib.compress(rows.tobytes(), 1)
    return png._png([header, (b"IDAT", data[:100]), (b"IDAT", data[100:]), (b"IEND", b"")])


def test_every_pixel_is_kept() -> None:
    """The compressed picture has the colours of the rendered one at every place, in fewer bytes."""
    pixels = _pixels()
    rendered = _rendered(pixels)
    compressed = png.compressed(rendered)
    chunks = dict(png._chunks(compressed))
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(40, 1 + 3 * 30)
    assert chunks[b"IHDR"] == np.array([30, 40], ">u4").tobytes() + png._RGB
    assert (rows[:, 0] == 0).all()
    assert (rows[:, 1:].reshape(40, 30, 3) == pixels[..., :3]).all()
    assert len(compressed) < len(rendered)


@pytest.mark.parametrize("rendered", [_rendered(_pixels(alpha=254)), _rendered(_pixels(), filter_type=0)])
def test_other_pictures_stay_as_they_are(rendered: bytes) -> None:
    """Pixels that shine through, and rows filtered otherwise, are not touched; packing twice changes nothing more."""
    assert png.compressed(rendered) == rendered
    assert png.compressed(png.compressed(_rendered(_pixels()))) == png.compressed(_rendered(_pixels()))
