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
PYPI_PACKAGES = ["nbclient", "nbconvert", "papermill"]
FRONT_ENDS = ["jupyterlab", "notebook"]  # the first that is there is taken


def here():
    """Whether this very Python has the packages."""
    return all(importlib.util.find_spec(module) for module in MODULES)


def has(python, modules):
    program = f"import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, {modules})))"
    try:
        return subprocess.run([python, "-c", program], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find(setup):
    """A Python with the packages: this one, the project's own, the system's; None where none has them."""
    if here():
        return sys.executable
    return next((python for python in [str(own(setup)), SYSTEM_PYTHON] if has(python, MODULES)), None)


def front_end(setup):
    """A Python and the name of its module that is JupyterLab or the classic Notebook; installs one where none is there."""
    found = find_front_end(setup)
    if not found:
        log = setup / "packages.log"
        if debian():
            with step("Installing python3-notebook"):
                install_debian(log, ["python3-notebook"])
        else:
            with step("Installing jupyterlab into .setup/python"):
                install_own(setup, log, ["jupyterlab"])
        found = find_front_end(setup)
    if not found:
        raise Failure(
            f"Neither JupyterLab nor the classic Notebook is here, and neither could be installed (see {setup / 'packages.log'}). "
            "Install one (pip install jupyterlab; as root on Debian: apt-get install python3-notebook), or start one that you have:\n"
            "    . .setup/activate && jupyter lab"
        )
    return found


def find_front_end(setup):
    pythons = [sys.executable, str(own(setup)), SYSTEM_PYTHON]
    return next(((python, module) for python in pythons for module in FRONT_ENDS if has(python, [module])), None)


def own(setup):
    return setup / "python" / "bin" / "python3"


def find_or_install(setup):
    """As find, but installs what is missing: Debian's packages for root, else a Python environment in the project."""
    python = find(setup)
    if python:
        return python
    log = setup / "packages.log"
    if debian():
        with step(f"Installing {' '.join(DEBIAN_PACKAGES)}"):
            install_debian(log, DEBIAN_PACKAGES)
    else:
        with step(f"Installing {', '.join(PYPI_PACKAGES)} into .setup/python"):
            install_own(setup, log, PYPI_PACKAGES)
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


def debian():
    return os.geteuid() == 0 and shutil.which("apt-get")


def install_debian(log, names):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(log, ["apt-get", "update"], environment)
    run(log, ["apt-get", "install", "-y", "--no-install-recommends", *names], environment)


def install_own(setup, log, names):
    """Into the project's own Python, which is made where there is none, and goes again where the first install fails."""
    folder = setup / "python"
    new = not own(setup).exists()
    made = not new or run(log, [sys.executable, "-m", "venv", "--clear", str(folder)])
    pip = [str(own(setup)), "-m", "pip", "install", "--retries", "1", "--disable-pip-version-check", *names]
    if not (made and run(log, pip)) and new:
        shutil.rmtree(folder, ignore_errors=True)


def run(log, command, environment=None):
    with open(log, "ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        ).returncode == 0
