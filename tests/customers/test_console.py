"""Customers in the console."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patron.channels import staff
from patron.channels.models import Channel, Staff
from patron.customers.models import Change, Customer, CustomerMapping

LIST = reverse("admin:customers_customer_changelist")


@pytest.fixture
def browser(db: None) -> Client:
    """A superuser's."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff.create("root", "correct horse battery", is_superuser=True))
    return client


def form(customer: Customer, **fields: Any) -> dict[str, Any]:
    return {
        "email": customer.email,
        "first_name": "",
        "last_name": "",
        "phone_number": "",
        "extra_field": "{}",
        "attributes": '{"a": 1}',
        "attributes_kwargs": "{}",
        "localized_attributes": "{}",
        "localized_attributes_kwargs": "",
        "mappings-TOTAL_FORMS": "1",
        "mappings-INITIAL_FORMS": "0",
        "mappings-0-integration_type": "erp",
        "mappings-0-code": "E-7",
    } | fields


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Ada@", True),
        ("Ada@test.com", True),
        ("ada@", False),
        ("+90530", True),
        ("K-1", True),
        ("E7", True),
        ("#{pk}", True),
        ("Ada", False),
        ("#x", False),
    ],
)
def test_a_customer_is_found_by_what_names_them(
    words: str, found: bool, browser: Client, make_customer: Callable[..., Customer]
) -> None:
    """The beginning of an e-mail, else exact values."""
    make_customer()
    customer = make_customer(email="Ada@test.com", phone_number="+90530", channel_code="K-1", erp_code="E7")
    page = browser.get(LIST, {"q": words.format(pk=customer.pk)})
    assert [row.pk for row in page.context["cl"].result_list] == ([customer.pk] if found else [])


def test_a_change_goes_through_the_journey(browser: Client, make_customer: Callable[..., Customer]) -> None:
    """Its history says who; key and shopper stay; mappings are kept beside it."""
    customer = make_customer()
    address = reverse("admin:customers_customer_change", args=[customer.pk])
    answer = browser.post(address, form(customer, first_name="Ada", channel_code="other"))
    assert answer.status_code == 302
    now = Customer.objects.get()
    assert (now.first_name, now.attributes, now.channel_code) == ("Ada", {"a": 1}, customer.channel_code)
    change = Change.objects.get()
    assert (change.source, change.staff) == ("console", Staff.objects.get())
    assert change.values == {"first_name": ["", "Ada"], "attributes": [{}, {"a": 1}]}
    assert CustomerMapping.objects.get(customer=customer).code == "E-7"


def test_a_taken_code_is_an_error_of_the_form(
    browser: Client, channel: Channel, make_customer: Callable[..., Customer]
) -> None:
    """And a free one makes the customer."""
    customer = make_customer()
    wish = form(customer, channel=channel.pk, channel_code=customer.channel_code)
    address = reverse("admin:customers_customer_add")
    assert browser.post(address, wish).status_code == 200
    assert Customer.objects.count() == 1
    assert browser.post(address, wish | {"channel_code": "free"}).status_code == 302
    assert CustomerMapping.objects.get().customer.channel_code == "free"
