"""Starts the library's commands that are no notebooks, and train nothing: PyTorch is not looked for."""

import contextlib
import os
import sys

from . import jdk, kernel
from .library import Library
from .main import ROOT, SETUP, one_at_a_time


def become(main_class, arguments):
    """Sets up what is missing, and goes on as that Java program. Set-up is told on standard error."""
    with contextlib.redirect_stdout(sys.stderr), one_at_a_time():
        home = jdk.find()
        library = Library(ROOT, SETUP)
        library.build_if_needed(home)
        options = SETUP / "command.options"
        kernel.write_options(options, SETUP, library.jars())
    own = kernel.environment(SETUP, library)
    own["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [own["LD_LIBRARY_PATH"], os.environ.get("LD_LIBRARY_PATH")]))
    java = str(home / "bin" / "java")
    os.execve(java, [java, f"@{options}", main_class, *arguments], {**os.environ, **own})
