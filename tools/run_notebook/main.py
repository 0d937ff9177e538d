"""The command ./run-notebook."""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from . import front_end, jdk, kernel, lock, packages, parameters
from .library import Library
from .terminal import Failure, Terminal, duration

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / ".setup"
RUNS = ROOT / (os.environ.get("REGMIXD_RUNS") or "runs")  # as in Session.java
DEVICE_CHECK = "io.regmixd.engine.DeviceCheck"
RUN = "RUN"  # the parameter that names the run folder; where it is empty, the notebook's session chooses one
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130

DESCRIPTION = """\
Runs a notebook headless in the Java kernel. The first time it sets up what is missing, in .setup/ in the project: it builds
the library, registers the kernel with Jupyter, and installs Jupyter's Python packages if there are none.

The executed notebook and an HTML copy are written to the run folder, beside the notebook's own files. Run the same
command again after a stop or a failure: finished steps are in the run folder and are not repeated."""

EPILOG = """\
exit codes: 0 done; 1 a cell failed; 2 the set-up or the command line is wrong; 130 stopped by Ctrl-C or a signal

examples:
  ./run-notebook notebooks/regmix-d.ipynb
  ./run-notebook notebooks/regmix-d.ipynb -p PROXIES 16 --out runs/sixteen
  ./run-notebook --check-devices
  ./run-notebook --open notebooks/regmix-d.ipynb"""

SET_UP = """\
Set up. Headless:   ./run-notebook notebooks/regmix-d.ipynb
In Jupyter:         ./run-notebook --open
With papermill:     . .setup/activate && papermill notebooks/regmix-d.ipynb out.ipynb -p PROXIES 64"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="run-notebook", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebook", metavar="NOTEBOOK", nargs="?", type=Path, help="an .ipynb file with Java cells")
    parser.add_argument(
        "-p", dest="values", metavar=("NAME", "VALUE"), nargs=2, action="append", default=[],
        help="set a parameter that the notebook's cell tagged `parameters` declares; may be repeated",
    )
    parser.add_argument(
        "--out", metavar="RUN_FOLDER", type=Path,
        help="the run folder: sets the parameter RUN (default: a folder in runs, named after the parameters)",
    )
    parser.add_argument("--set-up", action="store_true", help="only set up what is missing; run nothing")
    parser.add_argument(
        "--check-devices", metavar="SIZE", nargs="*",
        help="train, save and restore a model of each size on each GPU (or the CPU) and compare: does this machine work correctly? (demo, 1M, 60M, 1B)",
    )
    parser.add_argument(
        "--kernel", choices=[kernel.RAPAIO], help="with --set-up: also register this Java kernel with Jupyter (docs/notebooks.md)"
    )
    parser.add_argument(
        "--open", nargs=argparse.REMAINDER, metavar="NOTEBOOK",
        help="open a notebook, or the folder of all, in Jupyter; further options are passed to Jupyter (--no-browser --port 8888)",
    )
    given = parser.parse_args(argv)
    if given.open is not None:
        if given.notebook or given.values or given.set_up:
            parser.error("--open stands first, and sets no parameters: do that in the notebook's cell")
        if given.open and not given.open[0].startswith("-"):
            given.notebook = Path(given.open.pop(0))
        return given
    if given.check_devices is not None:
        if given.notebook or given.values or given.set_up or given.out or given.kernel:
            parser.error("--check-devices stands alone, but for the sizes to check")
        return given
    if (given.notebook is None) != given.set_up:
        parser.error("name a NOTEBOOK, or use --set-up alone")
    if given.kernel and not given.set_up:
        parser.error("--kernel goes with --set-up")
    return given


def main(argv=None):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    given = arguments(argv)
    return ended(lambda: work(given, sys.argv[1:] if argv is None else argv))


def ended(command):
    """The exit code of a command: what it returns or, where it fails or is stopped, why on standard error."""
    try:
        return command()
    except (Failure, OSError) as problem:  # OSError: a full disk, a folder that is not ours; it names the file
        print(problem, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def work(given, argv):
    if given.notebook and not (given.notebook.is_file() or given.open is not None and given.notebook.is_dir()):
        raise Failure(f"There is no file {given.notebook}")
    if given.check_devices is not None:
        return check_devices(given.check_devices)
    python = set_up(given.kernel)
    if given.set_up:
        print(SET_UP)
        return DONE
    if given.open is not None:
        front_end.start(ROOT, SETUP, (given.notebook or ROOT / "notebooks").resolve(), given.open)
    if not packages.here():  # start again under the Python that has the packages
        os.execv(python, [python, str(ROOT / "run-notebook"), *argv])
    return run(given)


@contextlib.contextmanager
def one_at_a_time():
    """Two commands at once set up one after the other."""
    SETUP.mkdir(exist_ok=True)
    with lock.held(SETUP / "lock", waiting=True):
        yield


def set_up(further=None):
    """Everything that is missing; the Python to execute notebooks with.

    further  a kernel to describe to Jupyter besides IJava
    """
    with one_at_a_time():
        jdk_home, library = set_up_java()
        if further == kernel.RAPAIO:
            kernel.register_rapaio(ROOT, SETUP, jdk_home, library)
        python = packages.find_or_install(SETUP)
        front_end.activation(ROOT, SETUP)
        return python


def set_up_java():
    """The JDK found, the library built, what starts it written; the JDK's folder and the library."""
    home = jdk.find()
    library = Library(ROOT, SETUP)
    library.build_if_needed(home)
    kernel.register(ROOT, SETUP, home, library)
    return home, library


def check_devices(sizes):
    """The exit code: 0 where the devices can be trusted, 1 where not, 2 where none can be used."""
    with one_at_a_time():
        home, library = set_up_java()
    own = kernel.environment(SETUP, library)
    own["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [own["LD_LIBRARY_PATH"], os.environ.get("LD_LIBRARY_PATH")]))
    command = [home / "bin" / "java", f"@{kernel.options(SETUP)}", DEVICE_CHECK, *sizes]
    return subprocess.run(command, env={**os.environ, **own}, stdin=subprocess.DEVNULL).returncode


def run(given):
    started = time.monotonic()
    os.environ.update(kernel.jupyter_environment(SETUP))  # before Jupyter is imported
    import nbformat

    from .execution import Execution
    from .run_folder import RunFolder

    notebook = read(given.notebook, nbformat)
    folder = given.out and given.out.resolve()
    chooses = declares(notebook, RUN)
    values = [*given.values, (RUN, str(folder))] if folder and chooses else given.values
    parameters.inject(notebook.cells, values, nbformat.v4.new_code_cell)
    terminal = Terminal(sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells))
    with RunFolder(given.notebook.name, terminal.note) as run_folder:
        if folder or not chooses:
            run_folder.take(folder or RUNS / given.notebook.stem)
            run_folder.save(notebook)
        outcome = Execution(notebook, run_folder, terminal, ROOT).run()
        if run_folder.path is None:  # it ended before a session was open
            run_folder.take(RUNS / given.notebook.stem)
            run_folder.save(notebook)
        return report(outcome, notebook, run_folder.copy, time.monotonic() - started)


def declares(notebook, name):
    tagged = (cell for cell in notebook.cells if parameters.TAG in parameters.tags(cell))
    return any(name in parameters.declared(cell.source) for cell in tagged)


def read(path, nbformat):
    """The notebook with no outputs, so that none of an earlier run can be taken for this one's."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # of many kinds, by version: not JSON, not a notebook, too new
        raise Failure(f"{path} cannot be read as a notebook: {error}") from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "java")
    if language.lower() != "java":
        raise Failure(f"{path} is a notebook in {language}, and this runs notebooks in Java.")
    notebook.metadata["language_info"] = {"name": "Java", "file_extension": ".jshell", "pygments_lexer": "java"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return notebook


def report(outcome, notebook, copy, seconds):
    from . import outcome as written
    from .run_folder import shown

    html = copy.with_suffix(".html")
    written.write_html(notebook, html)
    folder = shown(copy.parent)
    if outcome == "stopped":
        print(f"\nStopped after {duration(seconds)}. What is finished is in {folder}; the same command goes on from there.")
        return INTERRUPTED
    if outcome == "failed":
        print(f"The full trace is in {shown(copy)} and {shown(html)}. The same command goes on from there.")
        return FAILED
    print(f"\nDone in {duration(seconds)}. In {folder}:\n{written.summary(copy.parent)}")
    return DONE
