"""The judge of the demo: whether an order reached the end it was meant to, by the API and the mails."""

from collections import Counter

from embedded.demo_mail import Catcher
from embedded.demo_samples import Ending
from orders.mail import AUDIENCE, Audience, MailKind
from starter.client import Json


def judge(order: Json, ending: Ending) -> list[str]:
    """What is not as it was meant to be, each as `name: found, not wanted`; empty when all is."""
    wanted: dict[str, object] = {
        "payment_status": str(ending.payment),
        "fulfillment_status": str(ending.fulfillment),
        "open": ending.is_open,
        "history": ending.is_history,
    }
    wrong = [name for name, value in wanted.items() if order[name] != value]
    problems = [f"{name}: {order[name]}, not {wanted[name]}" for name in wrong]
    problems += _differences(
        "attention",
        Counter(each["reason"] for each in order["attention"]),
        Counter(str(reason) for reason in ending.attention),
    )
    unsent = [f"{mail['kind']}: {mail['state']}" for mail in order["mails"] if mail["state"] != "sent"]
    to_customer = [
        mail["kind"]
        for mail in order["mails"]
        if AUDIENCE[MailKind(mail["kind"])] is Audience.CUSTOMER and not mail["is_copy"]
    ]
    return (
        problems
        + _differences("mails", Counter(to_customer), Counter(str(kind) for kind in ending.mails))
        + unsent
    )


async def judge_mail(catcher: Catcher, address: str, ending: Ending) -> list[str]:
    """Whether just the mails that were meant arrived at the customer: none lost, none twice."""
    arrived = len(await catcher.mails_to(address))
    return [] if arrived == len(ending.mails) else [f"mails in: {arrived}, not {len(ending.mails)}"]


def _differences(name: str, found: Counter[str], wanted: Counter[str]) -> list[str]:
    if found == wanted:
        return []
    return [f"{name}: {_names(found)}, not {_names(wanted)}"]


def _names(counted: Counter[str]) -> str:
    return ", ".join(sorted(counted.elements())) or "-"
