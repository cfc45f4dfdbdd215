"""The editions of the story that FulfilOrder tells: an order is told to its end in the one it began in."""

KNOWN = 1
"""The newest edition this code can tell. It tells all older ones too, for as long as orders of them run."""

TOLD = 1
"""The edition that new orders are begun in. It follows `KNOWN` one release later, so that the release before
can take over again (docs/adr/0017-a-story-has-editions.md)."""


class EditionUnknown(RuntimeError):
    """The order was begun by a newer release. Its workflow task fails, and it waits for that release."""

    def __init__(self, edition: int, known: int) -> None:
        why = f"this order is told in edition {edition} and this worker knows {known}: start the newer worker"
        super().__init__(why)
