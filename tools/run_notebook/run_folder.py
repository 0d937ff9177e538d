"""The folder that an executed notebook is kept in: given on the command line, or chosen by the notebook's session."""

import contextlib
import os
from pathlib import Path

import nbformat

from . import lock
from .terminal import Failure

FOLDER_LOCK = ".lock"  # RunFolder.java
NOTEBOOK_LOCK = ".notebook.lock"


class RunFolder(contextlib.ExitStack):
    """Takes hold of the folder as soon as it is known; until then nothing is written."""

    def __init__(self, notebook_name, say):
        super().__init__()
        self.notebook_name = notebook_name
        self.say = say
        self.path = None

    @property
    def copy(self):
        return self.path / self.notebook_name

    def take(self, path):
        """A folder that is known before the kernel starts. Raises Failure where another process works in it."""
        goes_on = path.is_dir() and any(path.iterdir())
        path.mkdir(parents=True, exist_ok=True)
        # the kernel holds the folder's own lock: this one is for the notebook that is written there
        other = self.enter_context(lock.held(path / NOTEBOOK_LOCK)) or lock.holder(path / FOLDER_LOCK)
        if other:
            raise Failure(f"{shown(path)} is in use by {other}. Wait for it, or name another folder with --out.")
        self._is(path, goes_on)

    def chosen(self, path, goes_on):
        """The folder that the kernel's session says it works in; it holds the folder's own lock."""
        if self.path is None:
            # the runner before may still be writing its notebook
            self.enter_context(lock.held(path / NOTEBOOK_LOCK, waiting=True))
            self._is(path, goes_on)

    def _is(self, path, goes_on):
        self.path = path
        self.say(f"Going on in {shown(path)}: what is finished there is kept" if goes_on else f"Running in {shown(path)}")

    def save(self, notebook):
        """Whole or not at all."""
        if self.path is None:
            return
        new = self.copy.with_name(self.copy.name + ".new")
        with open(new, "w", encoding="utf-8") as out:
            nbformat.write(notebook, out)
        os.replace(new, self.copy)


def shown(path):
    """A path as the user would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
