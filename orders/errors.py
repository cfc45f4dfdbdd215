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
├── ProductNotFound    no order has told how many of this product are left
├── NoteNotFound       nobody has written a note under this id
├── NoteDiffers        another note was written under this id
├── NoteOfAnother      a note is changed by whoever wrote it
├── JobNotFound        nobody has given many orders a job under this id
├── JobDiffers         another job was given under this id
├── JobNotBegun        a job whose orders were only chosen has done nothing yet
├── NothingRefused     a job none of whose orders was refused has nothing to try again
├── StaffNotFound      nobody works here under this account (orders/staff.py)
├── StaffTaken         there is an account of this name already (orders/staff.py)
├── LastAdmin          nobody would be left who can let others in (orders/staff.py)
├── PasswordUnfit      a password that is too easy to guess, or too long (orders/staff.py)
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


class ProductNotFound(OrderError):
    def __init__(self, sku: str) -> None:
        super().__init__("refusal.product_not_found", sku=sku)


class NoteNotFound(OrderError):
    def __init__(self, note_id: str) -> None:
        super().__init__("refusal.note_not_found", note_id=note_id)


class NoteDiffers(OrderError):
    def __init__(self, note_id: str) -> None:
        super().__init__("refusal.note_differs", note_id=note_id)


class NoteOfAnother(OrderError):
    def __init__(self, author: str) -> None:
        super().__init__("refusal.note_of_another", author=author)


class JobNotFound(OrderError):
    def __init__(self, job_id: str) -> None:
        super().__init__("bulk.door.job_not_found", job_id=job_id)


class JobDiffers(OrderError):
    def __init__(self, job_id: str) -> None:
        super().__init__("bulk.door.job_differs", job_id=job_id)


class JobNotBegun(OrderError):
    def __init__(self, job_id: str) -> None:
        super().__init__("bulk.door.job_not_begun", job_id=job_id)


class NothingRefused(OrderError):
    def __init__(self, job_id: str) -> None:
        super().__init__("bulk.door.nothing_refused", job_id=job_id)


class Unavailable(OrderError):
    def __init__(self) -> None:
        super().__init__("door.unavailable")
