import io
import unittest

from run_notebook.terminal import Terminal, duration


class Screen(io.StringIO):
    def __init__(self, live):
        super().__init__()
        self.live = live

    def isatty(self):
        return self.live


class TerminalTest(unittest.TestCase):
    def start(self, live):
        self.now = 0.0
        self.screen = Screen(live)
        self.terminal = Terminal(12, self.screen, lambda: self.now)
        return self.terminal

    def test_in_a_log_progress_is_a_line_a_minute_and_the_last_state(self):
        terminal = self.start(live=False)
        terminal.cell(3, "Training")
        for percent in range(101):
            terminal.progress("a", f"Training proxies  {percent}%")
            self.now += 2
        terminal.cell_done()
        self.assertEqual(
            [line.strip() for line in self.screen.getvalue().splitlines()],
            ["[ 3/12]   0:00  Training"]
            + [f"Training proxies  {percent}%" for percent in (0, 30, 60, 90, 100)]
            + ["took 3 min 22 s"],
        )

    def test_on_a_terminal_progress_moves_in_place_and_ends_above_what_follows(self):
        terminal = self.start(live=True)
        terminal.cell(1, "Training")
        terminal.progress("a", "0%")
        terminal.progress("a", "50%")
        terminal.text("half\n")
        terminal.progress("a", "100%")
        terminal.progress("b", "other 0%")
        terminal.cell_done()
        self.assertEqual(
            self.screen.getvalue().replace("\x1b[K", "").replace("        ", "_"),
            "[ 1/12]   0:00  Training\n\r_0%\r_50%\n_half\n\r_100%\n\r_other 0%\n",
        )

    def test_output_is_indented_line_by_line_without_colours(self):
        terminal = self.start(live=False)
        terminal.cell(1, "Look")
        terminal.text("loss \x1b[31m2.3")
        terminal.text("1\x1b[0m\nnext")
        terminal.cell_done()
        self.assertEqual(self.screen.getvalue().splitlines()[1:], ["        loss 2.31", "        next"])

    def test_durations_have_two_units(self):
        self.assertEqual(
            [duration(seconds) for seconds in (0.44, 41.9, 60, 125, 3600, 12000)],
            ["0.4 s", "41 s", "1 min", "2 min 5 s", "1 h", "3 h 20 min"],
        )
