"""What a run leaves: the HTML copy, and the list of its files."""

import os

from nbconvert import HTMLExporter

PATTERNS = ["*.ipynb", "*.html", "plots/*.png", "**/*.arrow"]
LISTED = 24


def write_html(notebook, path):
    body, _ = HTMLExporter().from_notebook_node(notebook, resources={"metadata": {"name": path.stem}})
    new = path.with_name(path.name + ".new")
    new.write_text(body, encoding="utf-8")
    os.replace(new, path)


def summary(folder):
    """The run folder's files, a line each with its size."""
    files = list(dict.fromkeys(path for pattern in PATTERNS for path in sorted(folder.glob(pattern))))
    lines = [f"    {size(path.stat().st_size):>9}  {path.relative_to(folder)}" for path in files[:LISTED]]
    if len(files) > LISTED:
        lines.append(f"    and {len(files) - LISTED} more")
    return "\n".join(lines)


def size(count):
    for unit in ["bytes", "kB", "MB"]:
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
