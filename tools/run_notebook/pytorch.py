"""PyTorch for CUDA: the library brings the CPU's; one for GPUs must be installed already, and is found here.

Run as a module it prints, for a shell, the variables that have any Java program of the library take it:
python3 -m run_notebook.pytorch
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from .terminal import Failure

VERSION, FLAVOUR = "2.7.1", "cu128"  # what the engine's own JNI library is made for
DEVICE = "REGMIXD_DEVICE"  # auto, cpu, gpu, gpu:0,2
FOLDER = "REGMIXD_TORCH"
CPU_NATIVES = "pytorch-native-cpu"


class Installed(NamedTuple):
    folder: Path  # the package `torch`
    version: str  # as it says: 2.7.1+cu128

    def fits(self):
        return self.version == f"{VERSION}+{FLAVOUR}"


def visible_gpus(environment=os.environ):
    """How many GPUs the driver shows to this process."""
    if environment.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return 0
    program = shutil.which("nvidia-smi", path=environment.get("PATH", os.defpath))
    if not program:
        return 0
    try:
        told = subprocess.run([program, "--list-gpus"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return len(re.findall(r"^GPU \d+:", told.stdout, re.MULTILINE)) if told.returncode == 0 else 0


def installed(environment=os.environ):
    """The PyTorch of each Python that is likely meant, without importing it."""
    if environment.get(FOLDER):
        folders = [Path(environment[FOLDER])]
    else:
        pythons = [Path(environment["CONDA_PREFIX"]) / "bin" / "python3"] if environment.get("CONDA_PREFIX") else []
        found = shutil.which("python3", path=environment.get("PATH", os.defpath))
        folders = [folder for python in [*pythons, *filter(None, [found])] for folder in package(python)]
    return [Installed(folder, version(folder)) for folder in dict.fromkeys(folders) if version(folder)]


def package(python):
    program = "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    try:
        told = subprocess.run([python, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [Path(line) for line in told.stdout.split("\n") if line]


def version(folder):
    try:
        text = (folder / "version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"__version__ = ['\"]([^'\"]+)", text)
    return found[1] if found else None


def choose(cpu_natives, environment=os.environ):
    """The PyTorch to train with, or None where the library's own for the CPU does.

    cpu_natives  whether that one is there

    Raises Failure where a GPU is asked for, or is there, and no PyTorch can use it.
    """
    device = environment.get(DEVICE, "") or "auto"
    if not re.fullmatch(r"auto|cpu|gpu(:\d+(,\d+)*)?", device):
        raise Failure(f"{DEVICE}={device} is none of auto, cpu, gpu, gpu:0,2.")
    gpus = 0 if device == "cpu" else visible_gpus(environment)
    if cpu_natives and not environment.get(FOLDER) and (device == "cpu" or device == "auto" and not gpus):
        return None
    there = installed(environment)
    fitting = next((each for each in there if each.fits()), None)
    if fitting:
        return fitting
    why = f"{DEVICE}={device} asks for a GPU" if device.startswith("gpu") else f"nvidia-smi shows {gpus} GPU{'s' * (gpus != 1)}"
    if not gpus and not device.startswith("gpu"):
        why = f"{FOLDER} is set" if environment.get(FOLDER) else "the CPU's PyTorch is not here"
    listing = "".join(f"\n    {each.version}  {each.folder}" for each in there)
    raise Failure(
        f"{why}, and that needs PyTorch {VERSION} for CUDA 12.8 ({VERSION}+{FLAVOUR}), which was not found.\n"
        f"  Found instead:{listing or ' none'}\n"
        f"  Ways out:\n"
        f"    python3 -m pip install torch=={VERSION} --index-url https://download.pytorch.org/whl/{FLAVOUR}\n"
        f"    {FOLDER}=FOLDER names the package `torch` of another Python\n"
        f"    {DEVICE}=cpu trains on the CPU all the same"
    )


def environment(chosen):
    """What DJL needs to take that PyTorch in place of its own."""
    if not chosen:
        return {}
    return {"PYTORCH_LIBRARY_PATH": str(chosen.folder / "lib"), "PYTORCH_VERSION": VERSION, "PYTORCH_FLAVOR": FLAVOUR}


def options(chosen):
    """JVM options: DJL asks CUDA's runtime for GPUs through JNA, and pip keeps that runtime beside `torch`."""
    if not chosen:
        return []
    runtimes = [chosen.folder.parent / "nvidia" / "cuda_runtime" / "lib", chosen.folder / "lib"]
    return [f"-Djna.library.path={os.pathsep.join(map(str, runtimes))}"]


def shell(chosen):
    """The same two as a line for a shell; JDK_JAVA_OPTIONS is the java program's own."""
    variables = {**environment(chosen), "JDK_JAVA_OPTIONS": " ".join(f'"{option}"' for option in options(chosen))}
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())


if __name__ == "__main__":
    try:
        print(shell(choose(cpu_natives=False)))
    except Failure as failure:
        sys.exit(str(failure))
