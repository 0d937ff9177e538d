"""./prepare: makes a corpus of a folder of text.

main       the command: sets up what is missing, becomes the Java process that writes the manifest and the corpus
"""
