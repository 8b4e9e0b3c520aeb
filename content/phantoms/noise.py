"""Seeded smooth noise and blurs on float images of shape (rows, columns)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]


def blurred(image: Image, sigma: float) -> Image:
    """A near-Gaussian blur, `sigma` in pixels; edges repeat."""
    return _blurred_rows(_blurred_rows(image, sigma).T, sigma).T


def _blurred_rows(image: Image, sigma: float) -> Image:
    if sigma <= 0:
        return image
    radius = max(1, round(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    if radius > 9:
        return _boxed_rows(image, sigma)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    n = image.shape[1]
    padded = np.pad(image, ((0, 0), (radius, radius)), mode="edge")
    out = np.zeros_like(image)
    for weight, offset in zip(kernel, offsets, strict=True):
        start = radius + int(offset)
        out += weight * padded[:, start : start + n]
    return out


def _boxed_rows(image: Image, sigma: float) -> Image:
    """Three box blurs: close to a Gaussian for a large sigma, at a cost free of sigma."""
    width = max(3, round(sigma * 2))
    width += 1 - width % 2
    half = width // 2
    for _ in range(3):
        padded = np.pad(image, ((0, 0), (half + 1, half)), mode="edge")
        total = np.cumsum(padded, axis=1)
        image = (total[:, width:] - total[:, :-width]) / width
    return image


def smooth_noise(
    generator: np.random.Generator, shape: tuple[int, int], sigma: float | tuple[float, float]
) -> Image:
    """Noise of mean 0 and deviation 1, correlated over `sigma` pixels (rows, columns)."""
    across, down = (sigma, sigma) if isinstance(sigma, float | int) else (sigma[1], sigma[0])
    image = generator.standard_normal(shape)
    image = _blurred_rows(_blurred_rows(image, across).T, down).T
    image = image - image.mean()
    return np.asarray(image / max(float(image.std()), 1e-9), dtype=np.float64)
