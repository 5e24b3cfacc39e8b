"""The environment, read once. A bad value stops the start with one line that says what to do.

| variable | default | meaning |
|---|---|---|
| `PATRON_HOST`, `PATRON_PORT` | 127.0.0.1, 8000 | where the web server listens |
| `PATRON_DATA_DIR` | `.patron` | embedded PostgreSQL, secret key, logs |
| `PATRON_SANDBOX` | 0 (`make run` sets 1) | captured SMS and mail, clock and faults; never in production |
| `PATRON_WORKERS` | 1 | web server processes, one a core |
| `DATABASE_URL` | the embedded server | a PostgreSQL 15 or newer, as libpq writes it |
| `REDIS_URL` | none | a cache; nothing depends on it |
| `EMAIL_URL` | the captured inbox in the sandbox | `smtp://user:password@host:port`, `smtps://` or `smtp+starttls://` |
| `CLAMD_URL` | none | the antivirus shown each attachment: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl` |
| `PATRON_SECRET_KEY` | made once in the data directory | signs and seals; the same on every machine of one shop |
| `PATRON_SECRET_KEY_FALLBACKS` | none | old keys, comma separated, while one is replaced |
| `PATRON_ALLOWED_HOSTS` | this machine's names | host names the server answers to, comma separated |
| `PATRON_TRUSTED_PROXIES` | none | networks whose `X-Forwarded-For` is believed |
| `PATRON_SESSION_COOKIE` | osessionid | some shops use `sessionid` |
| `PATRON_LOG_LEVEL` | INFO | |
"""

import contextlib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class BadEnvironment(Exception):
    """A variable that cannot be used; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """Where mail goes."""

    host: str
    port: int
    username: str
    password: str
    use_ssl: bool
    use_starttls: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, checked."""

    host: str
    port: int
    data_dir: Path
    sandbox: bool
    workers: int
    database_url: str | None
    redis_url: str | None
    smtp: Smtp | None
    clamd_url: str | None
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    session_cookie: str
    log_level: str


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """Read and check every variable. Raises BadEnvironment for the first bad one."""
    data_dir = Path(values.get("PATRON_DATA_DIR") or ".patron").expanduser().absolute()
    return Environment(
        host=values.get("PATRON_HOST") or "127.0.0.1",
        port=_integer(values, "PATRON_PORT", 8000, 1, 65535),
        data_dir=data_dir,
        sandbox=_flag(values, "PATRON_SANDBOX"),
        workers=_integer(values, "PATRON_WORKERS", 1, 1, 64),
        database_url=_url(values, "DATABASE_URL", ("postgres", "postgresql")),
        redis_url=_url(values, "REDIS_URL", ("redis", "rediss", "unix")),
        smtp=_smtp(values),
        clamd_url=_clamd(values),
        secret_key=_secret_key(values, data_dir),
        secret_key_fallbacks=_listed(values, "PATRON_SECRET_KEY_FALLBACKS"),
        allowed_hosts=_listed(values, "PATRON_ALLOWED_HOSTS"),
        trusted_proxies=_networks(values, "PATRON_TRUSTED_PROXIES"),
        session_cookie=_cookie_name(values),
        log_level=_level(values),
    )


def _integer(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadEnvironment(f"{name} is {text!r}: set it to a whole number from {low} to {high}.")
    return int(text)


def _flag(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "").strip().lower()
    if text in ("", "0", "false", "no", "off"):
        return False
    if text in ("1", "true", "yes", "on"):
        return True
    raise BadEnvironment(f"{name} is {text!r}: set it to 1 or 0.")


def _url(values: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if text.partition("://")[0] not in schemes:
        # the value may hold a password, so it is not shown
        raise BadEnvironment(f"{name} must start with {' or '.join(scheme + '://' for scheme in schemes)}.")
    return text


def _smtp(values: Mapping[str, str]) -> Smtp | None:
    text = _url(values, "EMAIL_URL", ("smtp", "smtps", "smtp+starttls"))
    if text is None:
        return None
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError as error:
        raise BadEnvironment("EMAIL_URL has a port that is no number from 1 to 65535.") from error
    if not parts.hostname:
        raise BadEnvironment("EMAIL_URL names no host: write smtp://user:password@host:port.")
    starttls = parts.scheme == "smtp+starttls" or dict(parse_qsl(parts.query)).get("tls", "").lower() in ("1", "true")
    return Smtp(
        host=parts.hostname,
        port=port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_starttls=starttls,
    )


def _clamd(values: Mapping[str, str]) -> str | None:
    text = _url(values, "CLAMD_URL", ("tcp", "unix"))
    if text is None:
        return None
    parts = urlsplit(text)
    try:
        found = parts.path if parts.scheme == "unix" else parts.hostname and (parts.port or parts.hostname)
    except ValueError:  # a port that is no number from 0 to 65535
        found = None
    if not found:
        raise BadEnvironment("CLAMD_URL must be tcp://host:3310 or unix:///path/of/the/socket.")
    return text


def _secret_key(values: Mapping[str, str], data_dir: Path) -> str:
    given = values.get("PATRON_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise BadEnvironment(
                "PATRON_SECRET_KEY is shorter than 32 characters: make one with `openssl rand -hex 32`."
            )
        return given
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret_key(path)
    except OSError as error:
        raise BadEnvironment(
            f"The data directory {data_dir} is not writable ({error.strerror}): "
            "set PATRON_DATA_DIR to a folder this user may write to."
        ) from error
    try:
        key = path.read_text().strip()
    except OSError as error:
        raise BadEnvironment(
            f"{path} cannot be read ({error.strerror}): start Patron as the user who owns it."
        ) from error
    if len(key) < 32:
        raise BadEnvironment(f"{path} is damaged: restore it, or delete it and every sign-in ends.")
    return key


def _make_secret_key(path: Path) -> None:
    # Written aside and linked: of several processes that start at once one makes the key, and none reads half of it.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(secrets.token_hex(32))
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)


def _listed(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in values.get(name, "").split(",") if part.strip())


def _networks(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    networks = _listed(values, name)
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise BadEnvironment(
                f"{name} holds {network!r}: write networks such as 10.0.0.0/8, comma separated."
            ) from error
    return networks


def _cookie_name(values: Mapping[str, str]) -> str:
    name = values.get("PATRON_SESSION_COOKIE") or "osessionid"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) or name in ("csrftoken", "patron_console"):
        raise BadEnvironment(f"PATRON_SESSION_COOKIE is {name!r}: use letters, digits, - and _, as osessionid.")
    return name


def _level(values: Mapping[str, str]) -> str:
    level = (values.get("PATRON_LOG_LEVEL") or "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise BadEnvironment(f"PATRON_LOG_LEVEL is {level!r}: use DEBUG, INFO, WARNING or ERROR.")
    return level
