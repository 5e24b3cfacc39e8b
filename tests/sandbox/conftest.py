"""What tests of the sandbox share."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from patron.kernel import clock
from patron.sandbox import timeshift


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Texts are compared in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def moving_clock(transactional_db: None) -> Iterator[None]:
    """The sandbox's clock as a process has it; it reads over a connection of its own, so what it reads is committed."""
    timeshift.reset()
    timeshift.forget()
    clock.install_offset(timeshift.offset)
    yield
    clock.install_offset(None)
    timeshift.disconnect()
