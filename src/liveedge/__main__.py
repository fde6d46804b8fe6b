"""`python -m liveedge`, and the `liveedge` command."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends it without a traceback."""
    try:
        from liveedge.cli import run  # noqa: PLC0415 - what takes time to load can be interrupted

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
