"""Builds the library with Maven, only when what it is built from changed."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from . import pytorch
from .terminal import Failure, step

JAR = "kernel-lib/target/kernel-lib.jar"
CLASSPATH = "kernel-lib/target/classpath"
NATIVES = "kernel-lib/target/native"
LOG_TAIL = 25


def fingerprint(root):
    """A hash of everything that the library is made of."""
    files = [root / "pom.xml", root / "kernel-lib" / "pom.xml"]
    files += sorted(path for path in (root / "kernel-lib" / "src" / "main").rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def require_platform(system, machine):
    """The natives of PyTorch and OpenBLAS that the build fetches are for one platform: said before anything is built."""
    if (system, machine) != ("Linux", "x86_64"):
        raise Failure(
            f"This machine is {system} on {machine}, and the libraries for tensors and linear algebra are fetched for Linux on "
            "x86_64 only: use such a machine, or the image (docker run --platform linux/amd64)."
        )


def is_cpu_pytorch(jar):
    return jar.name.startswith(pytorch.CPU_NATIVES)


class Library:
    """What the build left: one jar of ours, the class path it needs, native libraries.

    Our jar and the natives are copied, so that neither a build beside a running notebook nor `mvn clean` takes them away
    from under its feet.
    """

    def __init__(self, root, setup):
        self.root = root
        self.jar = setup / "kernel-lib.jar"
        self.natives = setup / "native"
        self.classpath_copy = setup / "classpath"
        self.stamp = setup / "library.sha256"
        self.log = setup / "build.log"
        self.chosen = None  # a tuple of what was chosen

    def classpath(self):
        """The jars in their order: ours first, the kernel's, which bundles old copies of others, last.

        With another PyTorch, the CPU's is left out: DJL would take it without a word where the other fails.
        """
        jars = self.jars()
        return [jar for jar in jars if not is_cpu_pytorch(jar)] if self.pytorch() else jars

    def jars(self):
        return [self.jar, *map(Path, self.classpath_copy.read_text(encoding="utf-8").strip().split(os.pathsep))]

    def pytorch(self):
        """The PyTorch to train with; None where the CPU's does, which is among the jars."""
        if self.chosen is None:
            self.chosen = (pytorch.choose(any(map(is_cpu_pytorch, self.jars()))),)
        return self.chosen[0]

    def is_built(self, fingerprint):
        try:
            return (
                self.stamp.read_text(encoding="utf-8") == fingerprint
                and (self.natives / "libopenblas.so").exists()
                and all(jar.exists() for jar in self.jars())
            )
        except OSError:
            return False

    def build_if_needed(self, jdk):
        require_platform(platform.system(), platform.machine())
        current = fingerprint(self.root)
        if self.is_built(current):
            return
        first = "" if self.classpath_copy.exists() else ", fetching libraries that are not here yet"
        with step(f"Building the library{first}"):
            self.stamp.unlink(missing_ok=True)
            self._run_maven(jdk, "The library did not build.", "-DskipTests", "package")
            self._replace(self.root / JAR, self.jar)
            self._replace(self.root / CLASSPATH, self.classpath_copy)
            self.natives.mkdir(exist_ok=True)
            for native in sorted((self.root / NATIVES).iterdir()):
                self._replace(native, self.natives / native.name)
            self.stamp.write_text(current, encoding="utf-8")

    def rapaio(self, jdk):
        """The jar of rapaio's kernel, in the version that the library is compiled against; fetched where it is not here."""
        version = re.search(r"<rapaio>(.+)</rapaio>", (self.root / "pom.xml").read_text(encoding="utf-8"))[1]
        jar = self.jar.with_name(f"rapaio-jupyter-kernel-{version}.jar")
        if not jar.exists():
            with step("Fetching rapaio's kernel"):
                self._run_maven(
                    jdk, "Rapaio's kernel could not be fetched.", "dependency:copy", f"-Dartifact=io.github.padreati:rapaio-jupyter-kernel:{version}",
                    f"-DoutputDirectory={jar.parent}",
                )
        return jar

    def _run_maven(self, jdk, failed, *goals):
        maven = shutil.which("mvn")
        if not maven:
            raise Failure("Maven is needed to build the library, and there is no `mvn` on PATH: install the package `maven`.")
        environment = dict(os.environ)
        environment["JAVA25_HOME"] = str(jdk)  # where Maven's toolchain selection looks too
        if not environment.get("JAVA_HOME") and not shutil.which("java"):
            environment["JAVA_HOME"] = str(jdk)
        with open(self.log, "wb") as log:
            code = subprocess.run(
                [maven, "-q", "-B", "-pl", "kernel-lib", *goals],
                cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            ).returncode
        if code != 0:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            errors = [line for line in lines if line.startswith("[ERROR]")]
            errors = errors[: errors.index("[ERROR] ")] if "[ERROR] " in errors else errors  # then comes Maven's advice
            raise Failure(
                f"{failed} Maven said:\n"
                + "\n".join("    " + line for line in (errors or lines)[-LOG_TAIL:])
                + f"\nAll of it is in {self.log}"
            )

    @staticmethod
    def _replace(source, copy):
        """A new file under the old name: a running kernel keeps the one that it opened."""
        new = copy.with_name(copy.name + ".new")
        shutil.copyfile(source, new)
        os.replace(new, copy)
