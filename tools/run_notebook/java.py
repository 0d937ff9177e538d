"""Starts the library's commands that are no notebooks."""

import contextlib
import os
import sys

from . import kernel
from .main import SETUP, one_at_a_time, set_up_java


def become(main_class, arguments):
    """Sets up what is missing, and goes on as that Java program. Set-up is told on standard error."""
    with contextlib.redirect_stdout(sys.stderr), one_at_a_time():
        jdk, library = set_up_java()
    own = kernel.environment(SETUP, library)
    own["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [own["LD_LIBRARY_PATH"], os.environ.get("LD_LIBRARY_PATH")]))
    java = str(jdk / "bin" / "java")
    os.execve(java, [java, f"@{kernel.options(SETUP)}", main_class, *arguments], {**os.environ, **own})
