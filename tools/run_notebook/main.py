"""The command ./run-notebook."""

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

from . import front_end, jdk, kernel, lock, packages, parameters
from .library import Library
from .terminal import Failure, Terminal, duration

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / ".setup"
FOLDER_LOCK = ".lock"  # RunFolder.java
NOTEBOOK_LOCK = ".notebook.lock"
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130

DESCRIPTION = """\
Runs a notebook headless in the Java kernel. What that needs is set up the first time, into .setup/ in the project:
the library is built, the kernel described to Jupyter, and Jupyter's Python packages installed where there are none.

The executed notebook and an HTML copy land in the run folder, beside what the notebook itself writes there. Run the
same command again after a stop or a failure: finished steps are found in the run folder and not repeated."""

EPILOG = """\
exit codes: 0 done; 1 a cell failed; 2 the set-up or the command line is wrong; 130 stopped by Ctrl-C or a signal

examples:
  ./run-notebook notebooks/regmix-d.ipynb
  ./run-notebook notebooks/regmix-d.ipynb -p PROXIES 16 --out runs/sixteen
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
        help="sets a parameter that the notebook's cell tagged `parameters` declares; may be repeated",
    )
    parser.add_argument(
        "--out", metavar="RUN_FOLDER", type=Path, default=ROOT / "runs" / "demo", help="where the run's files go (runs/demo)"
    )
    parser.add_argument("--set-up", action="store_true", help="only set up what is missing, run nothing")
    parser.add_argument(
        "--open", nargs=argparse.REMAINDER, metavar="NOTEBOOK",
        help="show a notebook, or the folder of all, in Jupyter, by hand; further options are Jupyter's (--no-browser --port 8888)",
    )
    given = parser.parse_args(argv)
    if given.open is not None:
        if given.notebook or given.values or given.set_up:
            parser.error("--open stands first, and sets no parameters: do that in the notebook's cell")
        if given.open and not given.open[0].startswith("-"):
            given.notebook = Path(given.open.pop(0))
        return given
    if (given.notebook is None) != given.set_up:
        parser.error("name a NOTEBOOK, or use --set-up alone")
    return given


def main(argv=None):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    given = arguments(argv)
    try:
        if given.notebook and not (given.notebook.is_file() or given.open is not None and given.notebook.is_dir()):
            raise Failure(f"There is no file {given.notebook}")
        python = set_up()
        if given.set_up:
            print(SET_UP)
            return DONE
        if given.open is not None:
            front_end.start(ROOT, SETUP, (given.notebook or ROOT / "notebooks").resolve(), given.open)
        if not packages.here():  # start again under the Python that has the packages
            os.execv(python, [python, str(ROOT / "run-notebook"), *(sys.argv[1:] if argv is None else argv)])
        return run(given)
    except (Failure, OSError) as problem:  # OSError: a full disk, a folder that is not ours; it names the file
        print(problem, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


@contextlib.contextmanager
def one_at_a_time():
    """Two commands at once set up one after the other."""
    SETUP.mkdir(exist_ok=True)
    with lock.held(SETUP / "lock", waiting=True):
        yield


def set_up():
    """Everything that is missing; the Python to execute notebooks with."""
    with one_at_a_time():
        set_up_java()
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


def run(given):
    started = time.monotonic()
    os.environ.update(kernel.jupyter_environment(SETUP))  # before Jupyter is imported
    import nbformat

    from .execution import Execution, save

    notebook = read(given.notebook, nbformat)
    parameters.inject(notebook.cells, given.values, nbformat.v4.new_code_cell)
    folder = given.out.resolve()
    goes_on = folder.is_dir() and any(folder.iterdir())
    folder.mkdir(parents=True, exist_ok=True)
    # the kernel holds the folder's own lock: this one is for the notebook that is written there
    with lock.held(folder / NOTEBOOK_LOCK) as runner:
        other = runner or lock.holder(folder / FOLDER_LOCK)
        if other:
            raise Failure(f"{shown(folder)} is in use by {other}. Wait for it, or name another folder with --out.")
        if goes_on:
            print(f"Going on in {shown(folder)}: what is finished there is kept")
        else:
            print(f"Running in {shown(folder)}")
        os.environ["REGMIXD_RUN"] = str(folder)
        copy = folder / given.notebook.name
        save(notebook, copy)
        terminal = Terminal(sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells))
        outcome = Execution(notebook, copy, terminal, ROOT).run()
        return report(outcome, notebook, copy, time.monotonic() - started)


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


def shown(path):
    """A path as the user would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
