"""Worker processes: what burns CPU, or parses with C code, where it can be killed.

A worker is this package's `__main__`, run by the same interpreter. It is told what to do over a
socket pair, gives up rights before it reads anything from a camera, and ends with its parent.
"""
