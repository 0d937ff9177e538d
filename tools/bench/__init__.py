"""./bench: measures one part of the library on this machine.

main      the command: arguments, table, JSON
report    what a benchmark says
engine    the benchmark `engine`: rounds of training in Java and in Python, side by side
peer      the same model trained eagerly in Python; runs alone, under a Python that has PyTorch
planning  the benchmark `planning`: planners in worlds with a known answer

A benchmark is a function of the folder of the prepared corpora that returns a Report.
"""
