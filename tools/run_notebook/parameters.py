"""A notebook's parameters: read from the cell tagged `parameters`, set by a cell put after it."""

from papermill_java.java_parameters import ParameterError, assignment, declared

from .terminal import Failure

TAG = "parameters"
INJECTED = "injected-parameters"


def inject(cells, values, new_cell):
    """Puts a cell that sets `values` after the parameters cell, in place of one that an earlier run put there.

    cells     the notebook's cells, changed in place
    values    (name, text) pairs as given by the user; the last of a name counts
    new_cell  makes a code cell of a source
    """
    if not values:
        return
    at = next((i for i, cell in enumerate(cells) if TAG in tags(cell)), None)
    if at is None:
        raise Failure("The notebook has no cell tagged `parameters`, so -p has nothing to set.")
    known = declared(cells[at].source)
    for name, _ in values:
        if name not in known:
            listing = "".join(f"\n    {each.type} {other} = {each.default}" for other, each in known.items())
            raise Failure(f"The notebook has no parameter {name}. It has:{listing or ' none'}")
    try:
        lines = [assignment(name, known[name].type, text) for name, text in dict(values).items()]
    except ParameterError as error:
        raise Failure(str(error)) from None
    cell = new_cell("// set from the command line\n" + "\n".join(lines))
    cell.metadata["tags"] = [INJECTED]
    cells[:] = [each for each in cells[: at + 1] if INJECTED not in tags(each)] + [cell] + [
        each for each in cells[at + 1 :] if INJECTED not in tags(each)
    ]


def tags(cell):
    return cell.metadata.get("tags", [])
