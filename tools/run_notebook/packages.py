"""Finds a Python that can execute notebooks, or installs the packages for one."""

import importlib.util
import os
import shutil
import subprocess
import sys

from .terminal import Failure, step

MODULES = ["nbclient", "nbconvert", "nbformat", "jupyter_client"]
SYSTEM_PYTHON = "/usr/bin/python3"
# plots are drawn without a screen, which needs a font
DEBIAN_PACKAGES = ["python3-nbclient", "python3-nbconvert", "fontconfig", "fonts-dejavu-core"]
PYPI_PACKAGES = ["nbclient", "nbconvert"]


def here():
    """Whether this very Python has the packages."""
    return all(importlib.util.find_spec(module) for module in MODULES)


def has_packages(python):
    program = f"import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, {MODULES})))"
    try:
        return subprocess.run([python, "-c", program], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find(setup):
    """A Python with the packages: this one, the project's own, the system's; None where none has them."""
    if here():
        return sys.executable
    return next((python for python in [str(own(setup)), SYSTEM_PYTHON] if has_packages(python)), None)


def own(setup):
    return setup / "python" / "bin" / "python3"


def find_or_install(setup):
    """As find, but installs what is missing: Debian's packages for root, else a Python environment in the project."""
    python = find(setup)
    if python:
        return python
    log = setup / "packages.log"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step(f"Installing {' '.join(DEBIAN_PACKAGES)}"):
            install_debian(log)
    else:
        with step("Installing nbclient and nbconvert into .setup/python"):
            install_own(setup, log)
    python = find(setup)
    if not python:
        raise Failure(
            "Executing notebooks needs Python 3 with nbclient and nbconvert, and they could not be installed "
            f"(see {log}). Any of these does it:\n"
            "    Debian, Ubuntu, as root: apt-get install python3-nbclient python3-nbconvert\n"
            "    pip: python3 -m pip install nbclient nbconvert\n"
            "    conda: conda env create -f environment.yml && conda activate regmix-d\n"
            "    Docker: docker build -t regmix-d ."
        )
    return python


def install_debian(log):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(log, ["apt-get", "update"], environment)
    run(log, ["apt-get", "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES], environment)


def install_own(setup, log):
    folder = setup / "python"
    made = run(log, [sys.executable, "-m", "venv", "--clear", str(folder)])
    pip = [str(own(setup)), "-m", "pip", "install", "--retries", "1", "--disable-pip-version-check", *PYPI_PACKAGES]
    if not (made and run(log, pip)):
        shutil.rmtree(folder, ignore_errors=True)


def run(log, command, environment=None):
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        ).returncode == 0
