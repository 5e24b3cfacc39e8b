"""Fields of a customer by which the list cannot be filtered."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["attributes_kwargs", "localized_attributes", "localized_attributes_kwargs"])
def test_a_field_without_a_filter_is_refused(name: str, call: Any, token: str, make_customer: Any) -> None:
    """A client trusts that filters filter: all customers in the place of some would be wrong ones."""
    make_customer()
    answer = call("GET", f"/api/v1/customers/?{name}=%7B%7D", token=token)
    assert (answer.status_code, answer.json()) == (400, {name: ["There is no such filter."]})
