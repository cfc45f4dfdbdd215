"""
Every way the domain says no. Each carries a sentence fit for the person who asked.

OrderError
├── Refused            the order is not in a state that allows this
├── Repeated           it was so already; nothing changed
├── OrderNotFound      nobody has placed an order with this id
├── OrderDiffers       another order was placed under this id
├── CommandDiffers     another command was given under this command id
├── OrderUnreadable    what was handed over is not an order that can be fulfilled
├── StoreNotFound      nobody has set up a store with this name
├── CodeMistyped       nobody was ever given this code (orders/codes.py)
└── Unavailable        the memory cannot be reached now; nothing was kept, so ask again
"""

from orders.sentence import Fact, Sentence, sentence


class OrderError(Exception):
    """Something the domain does not allow, with the sentence that says why."""

    def __init__(self, key: str, /, **facts: Fact) -> None:
        self.sentence: Sentence = sentence(key, **facts)
        super().__init__(key)


class Refused(OrderError):
    pass


class Repeated(OrderError):
    pass


class OrderNotFound(OrderError):
    def __init__(self, order_id: str) -> None:
        super().__init__("door.order_not_found", order_id=order_id)


class OrderDiffers(OrderError):
    def __init__(self, order_id: str) -> None:
        super().__init__("door.order_differs", order_id=order_id)


class CommandDiffers(OrderError):
    def __init__(self, command_id: str) -> None:
        super().__init__("door.command_differs", command_id=command_id)


class OrderUnreadable(OrderError):
    """`problems` holds what was wrong, each with the path of its field ("" for the whole)."""

    def __init__(
        self, key: str, /, *, problems: tuple[tuple[str, Sentence], ...] = (), **facts: Fact
    ) -> None:
        self.problems = problems
        super().__init__(key, **facts)

    @classmethod
    def of(cls, *problems: tuple[str, Sentence]) -> "OrderUnreadable":
        """The same for fields that are wrong, at least one; its own sentence is about the first."""
        field, what = problems[0]
        error = cls.because(sentence("door.invalid", field=field or "-", problem=what))
        error.problems = problems
        return error

    @classmethod
    def because(cls, said: Sentence) -> "OrderUnreadable":
        """The same, with a sentence that was made elsewhere."""
        error = cls(said.key)
        error.sentence = said
        return error


class StoreNotFound(OrderError):
    def __init__(self, store: str) -> None:
        super().__init__("door.store_not_found", store=store)


class Unavailable(OrderError):
    def __init__(self) -> None:
        super().__init__("door.unavailable")
