"""Files that are whole or not there: checkpoints on the disk.

A program that only reports pays nothing for it: what is slow to import waits.
"""

import os
import sys
from typing import Any, Callable


def write_whole(path: str, write: Callable[[str], Any]) -> None:
    """Have a file, or a folder, written under a temporary name, synced and renamed.

    Whoever is killed on the way leaves what was there before.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    new = os.path.join(folder, ".%s.%d.new" % (name, os.getpid()))
    try:
        write(new)
        sync(new)
        if os.path.isdir(path) and not os.path.islink(path):
            remove(path)  # a folder can't be replaced by a rename
        os.replace(new, path)
    except BaseException:
        remove(new)
        raise
    sync_folder(folder)


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.remove(path)


def dump(state: Any, path: str) -> None:
    """Write an object as PyTorch would where the program uses PyTorch, else as pickle does."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "save"):
        torch.save(state, path)
    else:
        import pickle

        with open(path, "wb") as file:
            pickle.dump(state, file, protocol=4)


def load(path: str) -> Any:
    """Read what dump wrote. It runs what the file says: only for files of one's own."""
    with open(path, "rb") as file:
        zipped = file.read(2) == b"PK"
    if zipped:
        import torch

        return torch.load(path, map_location="cpu", weights_only=False)
    import pickle

    with open(path, "rb") as file:
        return pickle.load(file)


def sync(path: str) -> None:
    """Bring a file, or a folder and all that is in it, to the disk."""
    if os.path.isdir(path):
        for folder, _, files in os.walk(path):
            for file in files:
                name = os.path.join(folder, file)
                if os.path.isfile(name):
                    _sync_file(name)
            sync_folder(folder)
    else:
        _sync_file(path)
    sync_folder(os.path.dirname(path))


def _sync_file(name: str) -> None:
    try:
        fd = os.open(name, os.O_RDWR | getattr(os, "O_BINARY", 0))  # Windows syncs only what may be written
    except PermissionError:
        fd = os.open(name, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(name: str) -> None:
    """What can be done: Windows and some network file systems refuse."""
    try:
        fd = os.open(name, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)
