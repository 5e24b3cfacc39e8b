"""Operations that answer for all channels and, under another address, for one."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

_OF_ONE = "/channel/{channel_id}/"


class Schema(AutoSchema):
    """Tells the operation of one channel from that of all by its id: `customers_list`, `channel_customers_list`."""

    def get_operation(self, path: str, *others: Any) -> Any:
        """What the view says of itself."""
        described: dict[str, Any] | None = super().get_operation(path, *others)
        if described and _OF_ONE in path:
            described["operationId"] = f"channel_{described['operationId']}"
        return described
