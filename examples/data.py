"""The pictures that danlu carries: 6,000 of Fashion-MNIST to train with, 1,000 to test with."""

import gzip
import pathlib

import numpy

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "internal" / "trainer" / "data" / "embedded"


def _read(name, header):
    with gzip.open(FOLDER / name) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def fashion_mnist(part="train"):
    """Pictures (n, 1, 28, 28) from 0 to 1, and their labels (n,)."""
    stem = {"train": "train", "test": "t10k"}[part]
    images = _read(stem + "-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    return images.astype("float32") / 255, _read(stem + "-labels-idx1-ubyte.gz", 8).astype("int64")
