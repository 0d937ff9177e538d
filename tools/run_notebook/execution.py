"""Runs a notebook's cells in the Java kernel and saves the notebook after each."""

import asyncio
import contextlib
import logging
import re
import signal
from pathlib import Path
from time import monotonic

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from .terminal import ANSI

PROGRESS_KEY = "regmixd_progress"  # Kernel.java marks progress displays with it
RUN_KEY = "regmixd_run"  # and the display that says which run folder a session works in
FINISH_INTERRUPTED = "io.regmixd.notebook.Kernel.finishInterrupted();"
SECONDS_TO_STOP = 60


class Execution(NotebookClient):
    """One run of one notebook. `outcome` says how it ended: done, failed or stopped."""

    def __init__(self, notebook, run_folder, terminal, folder):
        super().__init__(
            notebook, kernel_name="java", kernel_manager_class=AsyncKernelManager, timeout=None, startup_timeout=180
        )
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what went wrong is said once, below
        self.run_folder = run_folder
        self.terminal = terminal
        self.folder = folder
        self.outcome = "failed"
        self.stopping = False
        self.at_once = False
        self.number = 0  # of the cell that runs, among the code cells
        self.cell_runs = False

    def run(self):
        asyncio.run(self._run())
        return self.outcome

    async def _run(self):
        ours = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
        ours = [each for each in ours if signal.getsignal(each) != signal.SIG_IGN]  # nohup stays nohup
        loop = asyncio.get_running_loop()
        for each in ours:
            loop.add_signal_handler(each, self._stop, asyncio.current_task())
        self.create_kernel_manager()
        try:
            await self.async_start_new_kernel(cwd=str(self.folder))
            await self.async_start_new_kernel_client()
            await self._cells()
        except CellExecutionError as error:
            if self.stopping:
                await self._finish_interrupted()
            else:
                self._say_error(error)
        except (DeadKernelError, RuntimeError) as error:
            if not self.stopping:
                self._say_dead(error)
        except asyncio.CancelledError:
            self.at_once = True
        finally:
            await self._end_kernel()
            self.run_folder.save(self.nb)
            if self.stopping:
                self.outcome = "stopped"

    async def _cells(self):
        for index, cell in enumerate(self.nb.cells):
            if self.stopping:
                return
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            self.number += 1
            self.cell = cell
            self.heading = heading_above(self.nb.cells, index)
            self.terminal.cell(self.number, self.heading)
            self.cell_runs = True
            try:
                await self.async_execute_cell(cell, index)
            finally:
                self.cell_runs = False
                self.terminal.cell_done()
                self.run_folder.save(self.nb)
        self.outcome = "done"

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        transient = content.get("transient", {})
        if msg["msg_type"] == "stream":
            self.terminal.text(content["text"])
        elif transient.get(PROGRESS_KEY):
            self.terminal.progress(transient.get("display_id"), content["data"].get("text/plain", ""))
        elif RUN_KEY in transient:
            self.run_folder.chosen(Path(transient[RUN_KEY]["folder"]), transient[RUN_KEY]["goes_on"])
        return super().process_message(msg, cell, cell_index)

    def _stop(self, run):
        """The first signal asks the running cell to stop and keep what it has; the second ends the kernel at once."""
        again, self.stopping = self.stopping, True
        if again or not self.cell_runs:
            self.at_once = True
            run.cancel()
            return
        self.terminal.note("Stopping: the running step keeps what is finished (once more to stop at once)")
        asyncio.ensure_future(self._interrupt(run))

    async def _interrupt(self, run):
        """The kernel loses an interrupt that comes between two statements of a cell, hence more than one."""
        deadline = monotonic() + SECONDS_TO_STOP
        while self.cell_runs and monotonic() < deadline:
            await self.km.interrupt_kernel()
            await asyncio.sleep(1)
        if self.cell_runs:
            self._stop(run)

    async def _finish_interrupted(self):
        """The kernel calls a cell over as soon as it is interrupted; its thread may still be saving what it finished."""
        with contextlib.suppress(asyncio.TimeoutError, asyncio.CancelledError, DeadKernelError):
            request = self.kc.execute(FINISH_INTERRUPTED, silent=True, store_history=False)
            await asyncio.wait_for(self.async_wait_for_reply(request), SECONDS_TO_STOP)

    async def _end_kernel(self):
        if self.km and self.km.has_kernel:
            await self.km.shutdown_kernel(now=self.at_once)
        if self.kc:
            self.kc.stop_channels()

    def _say_error(self, raised):
        shown = [output for output in self.cell.outputs if output.output_type == "error"]
        error = plain_error(shown[-1]) if shown else f"{raised.ename}: {raised.evalue}"
        self.terminal.note(f'\nError in cell {self.number}, "{self.heading}": {error}')

    def _say_dead(self, error):
        if not self.number:
            self.terminal.note(f"\nThe Java kernel did not start: {error}")
            return
        self.terminal.note(
            f'\nThe Java process ended in cell {self.number}, "{self.heading}": out of memory, or a native crash. '
            "Its last words stand above, if it had any."
        )


def heading_above(cells, index):
    """The nearest Markdown heading above a cell, else its first line of code."""
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            found = re.findall(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$", cell.source, re.MULTILINE)
            if found:
                return found[-1]
    return cells[index].source.strip().splitlines()[0][:60]


def plain_error(error):
    """The error output of a cell in plain words: what Java calls it and its message, or the code that does not compile."""
    lines = [line.rstrip() for line in ANSI.sub("", "\n".join(error.traceback)).splitlines()]
    if error.ename == "CompilationException":
        return "\n    ".join(["the code does not compile", *filter(None, lines)])
    thrown = (re.match(r"(?:[\w$]+\.)*([\w$]+)(?::|$)", line) for line in lines)
    kind = next((found[1] for found in thrown if found), error.ename)
    return "\n    ".join([kind, *error.evalue.splitlines()])
