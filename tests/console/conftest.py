"""Staff at the console, and one row of every table."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client

from patron.accounts.models import Avatar, Challenge, Consent, Session, Shopper
from patron.channels import staff
from patron.channels.models import Authenticator, Channel, RecoveryCode, Staff, StaffToken
from patron.gateways.models import CapturedMail, CapturedSms, Fault, OutgoingMail, OutgoingSms, State
from patron.kernel import clock, dynamic
from patron.kernel.models import Counter, KeptAnswer, SettingChange
from patron.sandbox.models import ClockOffset, DemoMark

PASSWORD = "correct horse battery"
PHONE = "+905551112233"
SECRETS = ("digest-of-a-session", "digest-of-a-code", "digest-of-a-token", "digest-of-a-body", "sealed-content")


@pytest.fixture
def boss(db: None) -> Staff:
    """A superuser."""
    return staff.create("boss", PASSWORD, is_superuser=True)


@pytest.fixture
def clerk(db: None) -> Staff:
    """Somebody who may open the console and has no rights yet."""
    return staff.create("clerk", PASSWORD)


@pytest.fixture
def console(boss: Staff) -> Client:
    """The superuser's browser, in English."""
    return browser_of(boss)


@pytest.fixture
def clerks_console(clerk: Staff) -> Client:
    """The browser of somebody without rights."""
    return browser_of(clerk)


def browser_of(member: Staff) -> Client:
    """A browser in which `member` is signed in."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(member)
    return client


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    dynamic.forget()
    yield
    dynamic.forget()


@pytest.fixture
def shopper(db: None) -> Shopper:
    """A registered shopper with a verified phone."""
    return make_shopper(1)


def make_shopper(number: int) -> Shopper:
    """A shopper whose columns all hold something; `number` keeps the unique ones apart."""
    now = clock.now()
    phone = f"+90555111{2232 + number}"
    return Shopper.objects.create(
        username=f"{number:064x}",
        email=f"Jane.Doe{number}@shop.example",
        email_verified_at=now,
        password="!",
        first_name="Jane",
        last_name="Doe",
        phone=phone,
        phone_e164=phone,
        phone_claim=phone,
        phone_verified_at=now,
        sms_allowed=True,
        gender="female",
        attributes={"confirm": True},
        date_joined=now,
        modified_date=now,
    )


@pytest.fixture
def rows(boss: Staff, shopper: Shopper) -> dict[str, Model]:
    """One row of every table of the console, by `app_model`."""
    now = clock.now()
    later = now + timedelta(minutes=3)
    session = Session.objects.create(
        key_digest=SECRETS[0], shopper=shopper, created_at=now, expires_at=later, last_seen_at=now, ip="198.51.100.7"
    )
    message: dict[str, Any] = {
        "sealed_content": SECRETS[4].encode(),
        "purpose": "login",
        "state": State.FAILED,
        "trouble": "no answer",
        "created_at": now,
        "queued_at": now,
        "shopper_id": shopper.pk,
    }
    captured: dict[str, Any] = {"message_id": 1, "sender": "shop", "text": "123456", "created_date": now}
    made: list[Model] = [
        session,
        Challenge.objects.create(
            session=session,
            purpose="login",
            phone_e164=PHONE,
            code_digest=SECRETS[1],
            sent_at=now,
            expires_at=later,
        ),
        Consent.objects.create(
            shopper=shopper,
            channel="sms",
            old_value=False,
            new_value=True,
            changed_at=now,
            source="PATCH /users/profile/",
            client_type="default",
            text_version="1",
            request_id="r1",
        ),
        Avatar.objects.create(name="a.webp", shopper=shopper, content=b"x", content_type="image/webp", created_at=now),
        OutgoingSms.objects.create(to=PHONE, **message),
        OutgoingMail.objects.create(to="jane@shop.example", subject="Your order", **message),
        CapturedSms.objects.create(to=PHONE, **captured),
        CapturedMail.objects.create(to="jane@shop.example", subject="Your order", **captured),
        Fault.objects.create(gateway="sms", latency_ms=5),
        ClockOffset.objects.get_or_create(id=1)[0],
        DemoMark.objects.create(name="spring", loaded_at=now),
        Counter.objects.create(key="login:0", started_at=now, hits=3),
        KeptAnswer.objects.create(scope="0" * 64, request_digest=SECRETS[3], created_at=now),
        SettingChange.objects.create(
            name="SHOP_NAME", old_value="a", new_value="b", staff=boss, source="console", changed_at=now
        ),
        StaffToken.objects.create(staff=boss, name="ERP", key_digest=SECRETS[2], created_at=now),
        Authenticator.objects.create(staff=boss, sealed_secret=SECRETS[4].encode(), last_step=1, last_used_at=now),
        RecoveryCode.objects.create(staff=boss, digest=SECRETS[2]),
        Channel.objects.create(name="Bazaar", created_at=now, modified_at=now),
        Group.objects.create(name="support"),
        LogEntry.objects.create(user=boss, object_repr="x", action_flag=CHANGE, change_message="y"),
        shopper,
        boss,
        *_queue_rows(),
    ]
    return {f"{row._meta.app_label}_{row._meta.model_name}": row for row in made}


def _queue_rows() -> list[Model]:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import (
        ProcrastinateEvent,
        ProcrastinateJob,
        ProcrastinatePeriodicDefer,
        ProcrastinateWorker,
    )

    job_id = app.configure_task("kernel.sweep").defer(timestamp=1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id, periodic_id)"
            " VALUES ('kernel.sweep', 1, %s, 'p')",
            [job_id],
        )
    return [
        ProcrastinateJob.objects.get(pk=job_id),
        ProcrastinateEvent.objects.filter(job_id=job_id)[0],
        ProcrastinateWorker.objects.all()[0],
        ProcrastinatePeriodicDefer.objects.all()[0],
    ]
