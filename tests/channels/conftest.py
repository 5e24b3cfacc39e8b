"""A staff member whose password is known."""

import pytest

from patron.channels import staff
from patron.channels.models import Staff

PASSWORD = "correct horse battery"


@pytest.fixture
def clerk(db: None) -> Staff:
    """An ordinary staff member, password PASSWORD."""
    return staff.create("clerk", PASSWORD, email="clerk@shop.example")
