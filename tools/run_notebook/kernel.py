"""Describes the Java kernel to Jupyter, in the project and nowhere else."""

import json
import os
from pathlib import Path

from . import pytorch

MAIN_CLASS = "io.regmixd.notebook.IJavaMain"
RAPAIO = "rapaio"  # another kernel, registered where it is asked for
RAPAIO_MAIN_CLASS = "org.rapaio.jupyter.kernel.MainApp"
SETTINGS = Path(__file__).resolve().parents[2] / "kernel-lib" / "src" / "main" / "resources" / "io" / "regmixd" / "executor"
JVM_OPTIONS = [
    "-XX:MaxRAMPercentage=25",  # tensors live outside the Java heap
    "-Dfile.encoding=UTF-8",
]
LOGGING = """\
handlers = java.util.logging.ConsoleHandler
.level = WARNING
"""


def jupyter_environment(setup):
    """Where Jupyter finds the kernel, and keeps its own files: never in the user's home."""
    jupyter = setup / "jupyter"
    paths = [str(jupyter), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {
        "JUPYTER_PATH": os.pathsep.join(paths),
        "JUPYTER_DATA_DIR": str(jupyter),
        "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
        "JUPYTER_CONFIG_DIR": str(jupyter / "config"),
        "IPYTHONDIR": str(jupyter / "ipython"),
    }


def settings(name):
    """The lines of a file of what any JVM needs that runs the library."""
    lines = (SETTINGS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def environment(setup, library):
    """What the library needs of the environment of a Java process; LD_LIBRARY_PATH stands before the user's own."""
    return {
        "LD_LIBRARY_PATH": str(library.natives),
        "DJL_CACHE_DIR": str(setup / "djl"),
        **dict(line.split("=", 1) for line in settings("jvm.environment")),
    }


def options(setup):
    """The file of JVM options, class path included, that `register` writes."""
    return setup / "java.options"


def write_options(path, setup, jars, further=()):
    """Writes a file of JVM options, class path included."""
    logging = setup / "logging.properties"
    write_if_changed(logging, LOGGING)
    *ours, last = jars  # last: the kernel, which bundles old copies of others
    lines = [
        *JVM_OPTIONS, *settings("jvm.options"), *map(quoted, further), quoted(f"-Djava.util.logging.config.file={logging}"),
        *classpath(ours, last),
    ]
    write_if_changed(path, "\n".join(lines) + "\n")


def register(root, setup, jdk, library):
    """Writes kernel.json and the file of JVM options that it refers to."""
    write_options(options(setup), setup, library.classpath(), pytorch.options(library.pytorch()))
    describe(
        root, setup, library, "java", "Java (RegMix-D)", [str(jdk / "bin" / "java"), f"@{options(setup)}", MAIN_CLASS],
        IJAVA_STARTUP_SCRIPT="io.regmixd.notebook.Kernel.start();",
    )


def register_rapaio(root, setup, jdk, library):
    """Describes rapaio's kernel to Jupyter, beside the first; the library shows its values there, too."""
    *ours, _ = library.classpath()
    own = setup / "rapaio.options"
    write_if_changed(own, "\n".join(classpath(ours, library.rapaio(jdk))) + "\n")  # the last -cp counts
    describe(
        root, setup, library, RAPAIO, "Java (RegMix-D, rapaio)",
        [str(jdk / "bin" / "java"), f"@{options(setup)}", f"@{own}", RAPAIO_MAIN_CLASS],
    )


def classpath(ours, kernel):
    """The option; the kernel stands last, for it bundles old copies of others."""
    users = filter(None, [os.environ.get("REGMIXD_CLASSPATH")])
    return ["-cp", quoted(os.pathsep.join([*map(str, ours), *users, str(kernel)]))]


def describe(root, setup, library, name, display_name, command, **environment_of_kernel):
    needed = {**environment(setup, library), **pytorch.environment(library.pytorch())}
    own = {key: literal(value) for key, value in needed.items()}
    spec = {
        "argv": [*command, "{connection_file}"],
        "display_name": display_name,
        "language": "java",
        "interrupt_mode": "message",
        "env": {
            "REGMIXD_HOME": literal(root),
            **own,
            # Jupyter fills in the user's own; where there is none, the name of no folder stays
            "LD_LIBRARY_PATH": f"{own['LD_LIBRARY_PATH']}{os.pathsep}${{LD_LIBRARY_PATH}}",
            **environment_of_kernel,
        },
    }
    write_if_changed(setup / "jupyter" / "kernels" / name / "kernel.json", json.dumps(spec, indent=2) + "\n")


def quoted(argument):
    """As java reads an argument in a file."""
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(path):
    """Jupyter replaces $NAME in a kernel's environment."""
    return str(path).replace("$", "$$")


def write_if_changed(path, text):
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)
