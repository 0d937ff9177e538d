"""./plan-online: plans another trainer's mixtures while it runs.

main       the command: finds the sweep, sets up what is missing, becomes the Java process that answers
"""
