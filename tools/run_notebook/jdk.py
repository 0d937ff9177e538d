"""Finds a JDK 25. Run as a module it prints the folder: python3 -m run_notebook.jdk"""

import glob
import os
import re
import shutil
from pathlib import Path

from .terminal import Failure

VERSION = 25
CHOSEN = "REGMIXD_JAVA_HOME"
VARIABLES = ["JAVA_HOME", "JAVA25_HOME", "JDK25_HOME", "JDK_25", "JAVA_HOME_25_X64", "JAVA_HOME_25_ARM64", "JDK_HOME"]
FOLDERS = [
    "/usr/lib/jvm/*",
    "/opt/*",
    "/opt/java/*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
]


def version(home):
    """The major version by the folder's `release` file, or None where there is no JDK."""
    try:
        release = (Path(home) / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return int(found[1]) if found and (Path(home) / "bin" / "javac").exists() else None


def candidates(environment):
    """Folders in the order in which they are looked at, each with the place that named it."""
    for variable in VARIABLES:
        if environment.get(variable):
            yield Path(environment[variable]), variable
    if environment.get("CONDA_PREFIX"):
        yield Path(environment["CONDA_PREFIX"]) / "lib" / "jvm", "CONDA_PREFIX"
    java = shutil.which("java", path=environment.get("PATH", os.defpath))
    if java:
        yield Path(java).resolve().parent.parent, "java on PATH"
    for pattern in FOLDERS:
        for folder in sorted(glob.glob(os.path.expanduser(pattern))):
            yield Path(folder), pattern


def find(environment=os.environ):
    """The home of a JDK 25.

    Raises Failure, naming what was looked at and how to get one, where there is none.
    """
    if environment.get(CHOSEN):
        home = Path(environment[CHOSEN])
        if version(home) != VERSION:
            raise Failure(f"{CHOSEN}={home} is not a JDK {VERSION}. Point it at one, or unset it to have one looked for.")
        return home
    others = {}
    for home, _ in candidates(environment):
        found = version(home)
        if found == VERSION:
            return home
        if found:
            others[str(home.resolve())] = found
    seen = "".join(f"\n    JDK {number}  {home}" for home, number in others.items())
    raise Failure(
        f"A JDK {VERSION} is needed, and none was found.\n"
        f"  Looked at: the variables {', '.join([CHOSEN, *VARIABLES])}; conda's folder; java on PATH; {'; '.join(FOLDERS)}\n"
        f"  Found instead:{seen or ' none'}\n"
        f"  Ways to get one:\n"
        f"    Eclipse Temurin {VERSION}: https://adoptium.net, unpacked anywhere: export {CHOSEN}=FOLDER\n"
        f"    Debian, Ubuntu: apt-get install temurin-{VERSION}-jdk (Adoptium's packages) or openjdk-{VERSION}-jdk\n"
        f"    Fedora: dnf install java-{VERSION}-openjdk-devel    macOS: brew install --cask temurin@{VERSION}\n"
        f"    conda: conda env create -f environment.yml && conda activate regmix-d\n"
        f"    Docker: docker build -t regmix-d ."
    )


if __name__ == "__main__":
    import sys

    try:
        print(find())
    except Failure as failure:
        sys.exit(str(failure))
