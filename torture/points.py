"""The crash points: named places before and after each effect, where a process can be made to die."""

from dataclasses import dataclass
from typing import Final, Literal

Where = Literal["api", "worker"]


@dataclass(frozen=True)
class Step:
    """One thing a process does. `place` is where the program finds it: a module, and a name in it.

    Each step has two crash points, `name:before` and `name:after`. `loses` says whose reply can be lost
    after it: the effect is done, and the caller is told that it failed.
    """

    name: str
    where: Where
    place: tuple[str, str]
    loses: Literal["postgres", "temporal"] | None = None


STEPS: Final[tuple[Step, ...]] = (
    # The front door: an order is kept, its workflow started, the answer given.
    Step("place.keep", "api", ("db.intake", "keep"), "postgres"),
    Step("place.start", "api", ("starter.delivery", "Delivery._start"), "temporal"),
    Step("place.answer", "api", ("starter.front_door", "FrontDoor.place")),
    # A command is kept, handed to its workflow, answered.
    Step("command.keep", "api", ("db.commands", "keep"), "postgres"),
    Step("command.signal", "api", ("starter.delivery", "Delivery._signal"), "temporal"),
    Step("command.read_answer", "api", ("db.commands", "answer"), "postgres"),
    Step("command.answer", "api", ("starter.front_door", "FrontDoor.give")),
    Step("delivery.note", "api", ("starter.delivery", "Delivery._flush")),
    # A command that came after the end of its order is answered at the door.
    Step("after_end.settle", "api", ("starter.delivery", "settle_after_the_end"), "postgres"),
    # A job for many orders is kept and begun, carried row by row, ended, answered.
    Step("job.keep", "api", ("starter.bulk_wish", "keep"), "postgres"),
    Step("job.start", "api", ("db.bulk", "start"), "postgres"),
    Step("job.lease", "api", ("db.bulk", "lease"), "postgres"),
    Step("job.note", "api", ("db.bulk", "given"), "postgres"),
    Step("job.finish", "api", ("db.bulk", "finish"), "postgres"),
    Step("job.answer", "api", ("starter.bulk_wish", "answer"), "postgres"),
    # The same job, left by its API and carried on by a worker: `carry.job` is all that it does of one.
    Step("carry.job", "worker", ("starter.bulk", "Bulk._carry")),
    Step("carry.keep", "worker", ("db.commands", "keep"), "postgres"),
    Step("carry.note", "worker", ("db.bulk", "given"), "postgres"),
    Step("carry.finish", "worker", ("db.bulk", "finish"), "postgres"),
    # An invoice: numbered and drawn in one transaction, kept, given out. After `invoice.number` it has its
    # number and its row, and neither is committed.
    Step("invoice.number", "api", ("db.papers", "_issue")),
    Step("invoice.draw", "api", ("documents.press", "Press.make")),
    Step("invoice.commit", "api", ("db.papers", "issue"), "postgres"),
    Step("invoice.answer", "api", ("desk.papers", "Papers.make")),
    # The activity `record`: the one transaction of a transition, and its acknowledgement.
    Step("record.commit", "worker", ("activities.memory", "record"), "postgres"),
    Step("record.acknowledge", "worker", ("activities.memory", "Memory.record"), "postgres"),
    # The activity `check_pickup_code`.
    Step("check_code.look", "worker", ("db.pickup_codes", "check"), "postgres"),
    Step("check_code.acknowledge", "worker", ("activities.memory", "Memory.check_pickup_code"), "postgres"),
    # The activity `issue`.
    Step("issue.downloads", "worker", ("db.downloads", "make_links"), "postgres"),
    Step("issue.gift_cards", "worker", ("db.gift_cards", "issue_cards"), "postgres"),
    Step("issue.acknowledge", "worker", ("activities.counter", "Counter.issue"), "postgres"),
    # The activity `notify`: taken, rendered, announced, handed over, settled, acknowledged.
    Step("notify.take", "worker", ("db.outbox", "take"), "postgres"),
    Step("notify.enter_data", "worker", ("db.outbox", "enter_data"), "postgres"),
    Step("notify.hand_over", "worker", ("activities.postman", "Envelope.deliver")),
    Step("notify.settle", "worker", ("db.outbox", "settle"), "postgres"),
    Step("notify.acknowledge", "worker", ("activities.post", "Post.notify"), "postgres"),
    # The activity `give_up`: nobody will try this mail any more.
    Step("give_up.settle", "worker", ("db.outbox", "give_up"), "postgres"),
    Step("give_up.acknowledge", "worker", ("activities.post", "Post.give_up"), "postgres"),
    # The activity `late_mail_not_sent`: a person is asked about a mail, on an order that has ended.
    Step("late_mail.write", "worker", ("db.ended", "write")),
    Step("late_mail.acknowledge", "worker", ("activities.memory", "Memory.late_mail_not_sent"), "postgres"),
    # The activities `settle_doubt` and `compose_digest`.
    Step("doubt.look", "worker", ("db.outbox", "doubt"), "postgres"),
    Step("doubt.acknowledge", "worker", ("activities.doubts", "Doubts.settle_doubt"), "postgres"),
    Step("digest.acknowledge", "worker", ("activities.digest", "Digest.compose_digest"), "postgres"),
    # The sweep, which does again what a front door could not finish.
    Step("sweep.look", "worker", ("worker", "sweep")),
    Step("sweep.start", "worker", ("starter.delivery", "Delivery._start"), "temporal"),
    Step("sweep.signal", "worker", ("starter.delivery", "Delivery._signal"), "temporal"),
)

BEFORE: Final = "before"
AFTER: Final = "after"

IN_DATA: Final = (
    "notify.enter_data:after",
    "notify.hand_over:before",
    "notify.hand_over:after",
    "notify.settle:before",
)
"""Where a mail is between the worker and the relay: nobody may touch it before its lease is over."""


def crash_points(where: Where | None = None) -> tuple[str, ...]:
    """Every crash point, of one kind of process or of all."""
    return tuple(
        f"{step.name}:{moment}" for step in STEPS if where in (None, step.where) for moment in (BEFORE, AFTER)
    )


def lost_replies(where: Where | None = None) -> tuple[str, ...]:
    """The points where a reply can be lost after its effect."""
    return tuple(
        f"{step.name}:{AFTER}" for step in STEPS if step.loses is not None and where in (None, step.where)
    )


def step_of(point: str) -> Step:
    name = point.partition(":")[0]
    return next(step for step in STEPS if step.name == name)
