"""Every way a webhook is refused, beside those of any order.

OrderError
├── ProviderNotFound       no provider of this name, or nobody gave it a secret
├── WebhookNotSigned       no signature of ours to know: nothing was read
├── WebhookStale           signed well, and too long ago or too far ahead
└── WebhookOfAnotherStore  signed for one store, and about another
"""

from orders.errors import OrderError


class ProviderNotFound(OrderError):
    @classmethod
    def unknown(cls, provider: str) -> "ProviderNotFound":
        return cls("door.provider_not_found", provider=provider)

    @classmethod
    def without_secret(cls, provider: str) -> "ProviderNotFound":
        return cls("door.provider_not_set_up", provider=provider)


class WebhookNotSigned(OrderError):
    def __init__(self) -> None:
        super().__init__("door.webhook_not_signed")


class WebhookStale(OrderError):
    def __init__(self, seconds: int) -> None:
        super().__init__("door.webhook_stale", seconds=seconds)


class WebhookOfAnotherStore(OrderError):
    def __init__(self, store: str) -> None:
        super().__init__("door.webhook_of_another_store", store=store)
