"""./plan: from a table of runs that were trained elsewhere to a schedule that another trainer starts.

main       the command: looks at the options, sets up what is missing, becomes the Java process that plans
"""
