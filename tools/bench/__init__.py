"""./bench: measures one part of the library on this machine.

main       the command: arguments, table, JSON
report     what a benchmark says
engine     the benchmark `engine`: rounds of training in Java and in Python, side by side
regression the benchmark `regression`: every regressor on RegMix's published runs
planning   the benchmark `planning`: planners in worlds with a known answer
adaptive   the benchmark `adaptive`: what a sweep saves that chooses its own mixtures
peer       the same model trained eagerly in Python; runs alone, under a Python that has PyTorch

A benchmark is a function of the folder of its data that returns a Report.
"""
