"""Ecwid orders for tests: one that is whole, and ways to bend it."""

from datetime import UTC, datetime
from typing import Any, Final

from orders.store import StoreSettings
from starter.ecwid import History, Live, Reading, Unreadable, read

NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
GONE: Final = object()
"""As a value: the field is not there at all."""


def person(**changes: Any) -> dict[str, Any]:
    return _with(
        {
            "name": "Fenna Hoekstra",
            "firstName": "Fenna",
            "lastName": "Hoekstra",
            "companyName": "",
            "street": "Oosterkade 14\n2 hoog",
            "city": "Utrecht",
            "countryCode": "NL",
            "countryName": "Netherlands",
            "postalCode": "3582 AV",
            "stateOrProvinceCode": "",
            "phone": "+31301234567",
        },
        changes,
    )


def mug(**changes: Any) -> dict[str, Any]:
    return _with(
        {
            "id": 7001,
            "productId": 81,
            "price": 12.5,
            "productPrice": 12.5,
            "sku": "MOK-BLAUW",
            "quantity": 2,
            "name": "Blauwe mok",
            "weight": 0.35,
            "isShippingRequired": True,
            "digital": False,
            "giftCard": False,
            "selectedOptions": [],
            "files": [],
        },
        changes,
    )


def file(name: object = "ebook-1.epub", **changes: Any) -> dict[str, Any]:
    return _with(
        {
            "productFileId": 9,
            "maxDownloads": 0,
            "remainingDownloads": 0,
            "name": name,
            "size": 4096,
            "adminUrl": "https://app.ecwid.com/api/v3/77/products/81/files/9?token=SECRET-admin",
            "customerUrl": "https://app.ecwid.com/download/77/SECRET-customer/ebook-1.epub",
        },
        changes,
    )


def ebook(**changes: Any) -> dict[str, Any]:
    return mug(
        **{
            "id": 7002,
            "sku": "EBOEK-1",
            "name": "E-boek",
            "price": 9,
            "quantity": 1,
            "isShippingRequired": False,
            "digital": True,
            "files": [file()],
        }
        | changes
    )


def gift_card(**changes: Any) -> dict[str, Any]:
    return mug(
        **{
            "id": 7003,
            "sku": "BON-25",
            "name": "Cadeaubon",
            "price": 25,
            "quantity": 1,
            "isShippingRequired": False,
            "giftCard": True,
        }
        | changes
    )


def order(**changes: Any) -> dict[str, Any]:
    """Two mugs, paid and not begun; its sums close. Unknown fields stand in it, as in every real one."""
    return _with(
        {
            "id": "WZ7QP",
            "internalId": 501,
            "orderNumber": 501,
            "vendorOrderNumber": "WZ7QP",
            "email": "fenna@example.com",
            "paymentMethod": "iDEAL",
            "paymentModule": "CUSTOM_PAYMENT_APP-mollie-pg",
            "paymentStatus": "PAID",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "subtotal": 25,
            "total": 29.95,
            "tax": 5.2,
            "discount": 0,
            "couponDiscount": 0,
            "usdTotal": 32.413,
            "pricesIncludeTax": True,
            "createDate": "2026-11-20 09:15:00 +0000",
            "createTimestamp": 1795165200,
            "items": [mug()],
            "billingPerson": person(),
            "shippingPerson": person(),
            "shippingOption": {
                "shippingMethodId": "1-1",
                "shippingMethodName": "PostNL standaard",
                "shippingRate": 4.95,
                "isPickup": False,
                "fulfillmentType": "SHIPPING",
            },
            "lang": "nl",
            "hidden": False,
            "extraFields": {},
            "disableAllCustomerNotifications": False,
            "aFieldOfNextYear": {"deep": [1, {"deeper": None}]},
        },
        changes,
    )


def read_one(body: object, settings: StoreSettings | None = None) -> Reading:
    """The one reading of a body with one order."""
    (reading,) = read(body, settings or StoreSettings(), "default", now=NOW)
    return reading


def live(body: object, settings: StoreSettings | None = None) -> Live:
    reading = read_one(body, settings)
    assert isinstance(reading, Live), reading
    return reading


def history(body: object) -> History:
    reading = read_one(body)
    assert isinstance(reading, History), reading
    return reading


def refusal(body: object) -> str:
    """The key of the sentence that refuses the order, after `ecwid.`."""
    reading = read_one(body)
    assert isinstance(reading, Unreadable), reading
    return reading.reason.key.removeprefix("ecwid.")


def warnings(reading: Live | History) -> list[str]:
    """The keys of what is said about an order, after `ecwid.`."""
    return [said.key.removeprefix("ecwid.") for said in reading.warnings]


def _with(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | changes).items() if value is not GONE}
