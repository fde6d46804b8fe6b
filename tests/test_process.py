import os
import signal
import subprocess
import sys

import pytest

CHILD = """
import signal
from liveedge.process import die_with_parent
die_with_parent()
signal.sigwait([signal.SIGUSR1])
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-c", "import os; print(os.getpid(), flush=True)\\n" + sys.argv[1]],
)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do this")
def test_a_process_ends_with_its_parent() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    code = CHILD.replace("signal.sigwait", "print('armed', flush=True)\nsignal.sigwait")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "armed\n"
    parent.send_signal(signal.SIGKILL)
    # The child holds the same pipe; its end is the end of the child.
    try:
        assert parent.communicate(timeout=10)[0] == ""
    except subprocess.TimeoutExpired:
        os.kill(child, signal.SIGKILL)
        raise
