"""./run-notebook: from a fresh machine to an executed notebook.

main        the command: arguments, order of steps, exit codes
jdk         finds a JDK 25
library     builds the library when its sources changed
packages    finds or installs the Python packages that execute notebooks
kernel      describes the Java kernel to Jupyter
parameters  reads and sets a notebook's typed parameters
execution   runs the cells, saves after each
terminal    what the user sees meanwhile
outcome     the HTML copy and the summary

All but execution and outcome need the standard library only.
"""
