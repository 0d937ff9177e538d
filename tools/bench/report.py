"""What a benchmark says."""

from dataclasses import dataclass


@dataclass
class Report:
    """Lines for people, figures by name, and what they were measured with."""

    lines: list
    figures: dict
    settings: dict


def columns(head, rows):
    """Lines of columns: the first to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return [
        "  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths)))
        for row in [head, *rows]
    ]
