import shutil
from collections.abc import Iterator

import pytest

from tests.config.running import Running, is_alive, new_folder


@pytest.fixture(scope="module")
def patron() -> Iterator[Running]:
    """A running Patron for the tests of one module, which may stop, kill and start it again."""
    running = Running(new_folder())
    running.start()
    yield running
    if running.process and is_alive(running.process.pid):
        running.stop()
    running.cluster.stop()
    shutil.rmtree(running.data_dir.parent)
