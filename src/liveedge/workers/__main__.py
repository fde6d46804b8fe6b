"""`python -m liveedge.workers TASK`: be a worker. Standard input is a socket to the parent."""

import importlib
import os
import signal
import socket
import sys
import traceback
from typing import Final, Protocol, cast

from liveedge.errors import Reason, SourceError
from liveedge.workers import messages
from liveedge.workers.channel import Channel, ParentGoneError
from liveedge.workers.confinement import Limits, confine
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task

_FRAMES: Final = 6


class TaskModule(Protocol):
    """What the module of a task has."""

    LIMITS: Limits

    def work(self, channel: Channel) -> None:
        """Do the work until it is done, the parent goes, or it cannot be done."""
        ...


def main(task: str) -> int:
    """Do one task until the parent goes; return the exit status."""
    # Ctrl-C is for the parent, which then ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as sock:
        channel = Channel(sock)
        try:
            module = cast("TaskModule", importlib.import_module(Task(task).module))
            confine(module.LIMITS)
            channel.send(Message("ready"))
            module.work(channel)
        except ParentGoneError:
            return 0
        except SourceError as error:
            return _last_words(channel, messages.failure(error))
        except MemoryError:
            return _last_words(channel, messages.failure(_too_large()))
        except Exception as error:  # noqa: BLE001 - the parent logs it; here nobody would see it
            return _last_words(channel, _defect(error))
    return 0


def _last_words(channel: Channel, message: Message) -> int:
    try:
        channel.send(message)
    except ParentGoneError:
        return 0
    return 1


def _too_large() -> SourceError:
    return SourceError(Reason.LIMIT, "A worker process needed more memory than it may have.")


def _defect(error: Exception) -> Message:
    """Where it happened, without the words of the error: libav puts addresses into them."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return Message(messages.DEFECT, {"what": f"{type(error).__name__} in {places}"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
