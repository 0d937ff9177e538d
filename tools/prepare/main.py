"""The command ./prepare."""

import argparse
from pathlib import Path

from run_notebook.java import become
from run_notebook.main import ROOT, ended
from run_notebook.terminal import Failure

MAIN_CLASS = "io.regmixd.data.PrepareFolder"

DESCRIPTION = """\
Makes a corpus of your own text. Each folder in FOLDER is a domain, and all files in it are its text. A plain text file is one
document; in .jsonl files (also .jsonl.gz, .jsonl.zst) the field "text" of each line is one.

The first time it writes FOLDER/manifest.json for you to edit: the objective (the domain whose loss the plan minimises),
licences, the field that has the text, how much is held out. Then, and each time that you run it again, it prepares the corpus."""

EPILOG = """\
example:
  ./prepare texts
  ./run-notebook notebooks/regmix-d.ipynb -p MANIFEST texts/manifest.json"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="prepare", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="has one folder per domain")
    parser.add_argument("--tokenizer", metavar="FILE", default="bytes", help="a Hugging Face tokenizer.json (default: a token is a byte)")
    parser.add_argument("--end-of-document", metavar="TOKEN", default="<|endoftext|>", help="the token that ends a document (<|endoftext|>)")
    parser.add_argument("--data", metavar="FOLDER", type=Path, default=ROOT / "data", help="where prepared corpora are (data)")
    return parser.parse_args(argv)


def main(argv=None):
    given = arguments(argv)
    return ended(lambda: work(given))


def work(given):
    if not given.folder.is_dir():
        raise Failure(f"There is no folder {given.folder}.")
    if given.tokenizer != "bytes" and not Path(given.tokenizer).is_file():
        raise Failure(f"There is no file {given.tokenizer}: --tokenizer names a tokenizer.json.")
    become(MAIN_CLASS, [str(given.folder), str(given.data.resolve()), given.tokenizer, given.end_of_document])
