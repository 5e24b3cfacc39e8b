"""What a captcha gateway does, whoever stands behind it."""

from typing import Protocol


class CaptchaGateway(Protocol):
    """An adapter. One instance is used by many threads."""

    def verify(self, token: str, ip: str) -> bool:
        """Whether a person earned `token`. Raises GatewayTrouble and nothing else."""
