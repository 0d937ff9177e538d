"""Writes what check.py takes to a machine with a GPU: python3 tools/gpu/export.py FOLDER"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench import java  # noqa: E402
from run_notebook.main import ended  # noqa: E402

MAIN_CLASS = "io.regmixd.engine.GpuExport"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0] + ".")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="made if need be")
    given = parser.parse_args()
    return ended(lambda: export(given.folder.resolve()))


def export(folder):
    command, environment = java.prepare(MAIN_CLASS)
    return subprocess.run([*command, folder], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
