"""`python -m liveedge`."""

from liveedge.cli import main

main()
