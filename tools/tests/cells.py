"""Executes cells in a kernel of Jupyter by nbclient; a program of its own, because the tests' Python may not have nbclient.

Standard input: {"kernel": NAME, "start_in": SECONDS, "cells": [{"code": TEXT, "interrupt_after": SECONDS or null}, ...]}.
Standard output: for each cell {"outputs": [...], "stopped_in": seconds from the interrupt to the end, or null}.
"""

import json
import sys
import threading
import time

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook


def main():
    asked = json.load(sys.stdin)
    cells = [new_code_cell(cell["code"]) for cell in asked["cells"]]
    client = NotebookClient(
        new_notebook(cells=cells), kernel_name=asked["kernel"], kernel_manager_class=KernelManager, timeout=300,
        startup_timeout=asked["start_in"], allow_errors=True,  # else the kernel would not run what comes right after one
    )
    answers = []
    with client.setup_kernel():
        for index, cell in enumerate(cells):
            after = asked["cells"][index].get("interrupt_after")
            interrupted = []
            timer = threading.Timer(after or 0, lambda: (interrupted.append(time.monotonic()), client.km.interrupt_kernel()))
            if after:
                timer.start()
            try:
                client.execute_cell(cell, index)
                ended = time.monotonic()
            except CellExecutionError:  # it is among the outputs
                ended = time.monotonic()
                time.sleep(0.5)  # a cell that comes at once after a failed one is not run
            timer.cancel()
            answers.append({"outputs": cell.outputs, "stopped_in": ended - interrupted[0] if interrupted else None})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
