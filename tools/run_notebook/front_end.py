"""Jupyter by hand, and papermill: what they need to find the Java kernel and to set its notebooks' parameters."""

import os
import shlex

from . import kernel, packages

PAPERMILL = "tools/papermill_java"


def activation(root, setup):
    """Writes the file that a shell reads (`. .setup/activate`) before jupyter or papermill, and gives its path."""
    path = setup / "activate"
    lines = [
        "# for a shell, before jupyter or papermill: . .setup/activate",
        f'export JUPYTER_PATH={shlex.quote(str(setup / "jupyter"))}"${{JUPYTER_PATH:+:$JUPYTER_PATH}}"',
        f'export PYTHONPATH={shlex.quote(str(root / PAPERMILL))}"${{PYTHONPATH:+:$PYTHONPATH}}"',
    ]
    own = packages.own(setup).parent
    if own.is_dir():
        lines.append(f'export PATH={shlex.quote(str(own))}"${{PATH:+:$PATH}}"')
    kernel.write_if_changed(path, "\n".join(lines) + "\n")
    return path


def start(root, setup, notebook, options):
    """Becomes JupyterLab or, where only that is installed, the classic Notebook. Installs one where there is none.

    notebook  the file or folder to show
    options   handed on, for instance --no-browser --port 8888
    """
    python, module = packages.front_end(setup)
    os.environ.update(kernel.jupyter_environment(setup))
    if os.geteuid() == 0:
        options = ["--allow-root", *options]
    os.chdir(root)
    os.execv(python, [python, "-m", module, str(notebook), *options])
