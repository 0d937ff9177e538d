"""The Java side of the benchmarks: the module `benchmarks/`, compiled before each run."""

import os
import shutil
import subprocess

from run_notebook import kernel
from run_notebook.main import ROOT, SETUP, one_at_a_time, set_up_java
from run_notebook.terminal import Failure

BENCHMARKS = ROOT / "benchmarks" / "target" / "classes"
CLASSES = [BENCHMARKS, ROOT / "kernel-lib" / "target" / "test-classes"]  # and synthetic worlds


def prepare(main_class):
    """What starts a benchmark's main class, arguments to follow; and the environment to start it in."""
    with one_at_a_time():
        jdk, library = set_up_java()
        compile_benchmarks(jdk)
    own = kernel.environment(SETUP, library)
    own["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [own["LD_LIBRARY_PATH"], os.environ.get("LD_LIBRARY_PATH")]))
    classpath = os.pathsep.join(map(str, [*CLASSES, *library.classpath()]))
    return [jdk / "bin" / "java", f"@{kernel.options(SETUP)}", "-cp", classpath, main_class], {**os.environ, **own}


def compile_benchmarks(jdk):
    maven = shutil.which("mvn")
    if not maven:
        raise Failure("Maven is needed to compile the benchmarks, and there is no `mvn` on PATH: install the package `maven`.")
    done = subprocess.run(
        [maven, "-q", "-B", "test-compile"], cwd=ROOT, env={**os.environ, "JAVA25_HOME": str(jdk)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )
    if done.returncode:
        raise Failure(f"The benchmarks did not compile:\n{done.stdout[-3000:]}")
