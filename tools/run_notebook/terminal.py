"""What the user sees: set-up steps with their times, cells, progress that moves in place."""

import contextlib
import re
import shutil
import sys
import time

INDENT = "        "
SECONDS_BETWEEN_LINES = 60
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Failure(Exception):
    """Ends the command before a notebook runs, with a message that says what to do."""


def duration(seconds):
    """In two units at most: 0.4 s, 41 s, 2 min 5 s, 3 h 20 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@contextlib.contextmanager
def step(name):
    """A step of the set-up in one line, with the time that it took."""
    started = time.monotonic()
    print(f"{name} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed" if not isinstance(sys.exc_info()[1], KeyboardInterrupt) else "stopped", flush=True)
        raise
    print(duration(time.monotonic() - started), flush=True)


class Terminal:
    """The running notebook, cell by cell. On a terminal progress moves in place; elsewhere it is a line a minute."""

    def __init__(self, cells, out=None, clock=time.monotonic):
        self.cells = cells
        self.out = out or sys.stdout
        self.clock = clock
        self.live = self.out.isatty()
        self.started = clock()
        self.unfinished_line = ""
        self.display = None  # the progress display that was heard last
        self.state = ""  # what it said
        self.printed = None  # when a line of it was printed last
        self.stands = True  # whether its last state is on the screen for good

    def cell(self, number, heading):
        self.cell_started = self.clock()
        width = len(str(self.cells))
        elapsed = int(self.cell_started - self.started)
        self._line(f"[{number:{width}}/{self.cells}]  {elapsed // 60:2}:{elapsed % 60:02}  {heading}")

    def text(self, text):
        """Output of the cell; a line shows when it is complete."""
        lines = (self.unfinished_line + ANSI.sub("", text)).split("\n")
        self.unfinished_line = lines.pop()
        for line in lines:
            self._settle()
            self._line(INDENT + line.rsplit("\r", 1)[-1])

    def progress(self, display, state):
        if display != self.display:
            self._settle()
            self.display = display
            self.printed = None
        self.state = state
        self.stands = False
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            self._write("\r" + (INDENT + state)[:width] + "\x1b[K")
        elif self.printed is None or self.clock() - self.printed >= SECONDS_BETWEEN_LINES:
            self.printed = self.clock()
            self.stands = True
            self._line(INDENT + state)

    def cell_done(self):
        if self.unfinished_line:
            self.text("\n")
        self._settle()
        self.display = None
        seconds = self.clock() - self.cell_started
        if seconds >= 5:
            self._line(f"{INDENT}took {duration(seconds)}")

    def note(self, text):
        self._settle()
        self._line(text)

    def _settle(self):
        """Leaves the last state of the progress on the screen for good."""
        if self.stands:
            return
        self.stands = True
        if self.live:
            self._write("\n")
        else:
            self._line(INDENT + self.state)

    def _line(self, text):
        self._write(text + "\n")

    def _write(self, text):
        self.out.write(text)
        self.out.flush()
