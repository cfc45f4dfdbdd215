"""The ways in which the judge's SMTP server misbehaves, and the choice of one for each mail."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final


class Stage(StrEnum):
    """How far a mail came: the step of SMTP whose answer is due."""

    CONNECT = "connect"
    GREETING = "greeting"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """354 is due."""
    BODY = "body"
    DOT = "dot"
    DONE = "done"
    """The 250 after the dot was said."""
    QUIT = "quit"


class Act(Enum):
    """What is done at a stage in the place of the usual answer."""

    DROP = auto()
    HANG = auto()
    REPLY = auto()


class Mode(StrEnum):
    """One way to treat a mail. Each says whether the server took it, which is what its book says too."""

    WELL = "well"
    """All as it should be. Taken."""
    SLOW = "slow"
    """Every answer comes late. Taken."""
    REFUSED = "refused"
    """For all mails: nobody listens. For some: the connection is reset before the greeting. Not taken."""
    GREETING_421 = "greeting_421"
    """421 in the place of a greeting. Not taken."""
    DROP_AT_GREETING = "drop_at_greeting"
    """The connection ends before a greeting. Not taken."""
    DROP_AT_MAIL = "drop_at_mail"
    """The connection ends after MAIL. Not taken."""
    DROP_AT_RCPT = "drop_at_rcpt"
    """The connection ends after RCPT. Not taken."""
    DROP_BEFORE_354 = "drop_before_354"
    """The connection ends after DATA. Not taken."""
    DROP_MID_BODY = "drop_mid_body"
    """The connection is reset after the first line of the body. Not taken."""
    DROP_AFTER_DOT_UNTAKEN = "drop_after_dot_untaken"
    """The connection ends after the dot. Not taken, which the client cannot know."""
    DROP_AFTER_DOT_TAKEN = "drop_after_dot_taken"
    """The connection ends after the dot: the reply is lost. Taken, which the client cannot know."""
    HANG_AT_GREETING = "hang_at_greeting"
    """No greeting comes. Not taken."""
    HANG_AT_MAIL = "hang_at_mail"
    """No answer to MAIL comes. Not taken."""
    HANG_AT_RCPT = "hang_at_rcpt"
    """No answer to RCPT comes. Not taken."""
    HANG_BEFORE_354 = "hang_before_354"
    """No answer to DATA comes. Not taken."""
    HANG_MID_BODY = "hang_mid_body"
    """The body is read no further than its first line, and nothing is answered. Not taken."""
    HANG_AFTER_DOT_UNTAKEN = "hang_after_dot_untaken"
    """No answer to the dot comes. Not taken, which the client cannot know."""
    HANG_AFTER_DOT_TAKEN = "hang_after_dot_taken"
    """No answer to the dot comes. Taken, which the client cannot know."""
    RCPT_451 = "rcpt_451"
    """The recipient is put off. Not taken."""
    RCPT_550 = "rcpt_550"
    """The recipient is refused for good. Not taken."""
    DOT_451 = "dot_451"
    """The mail is put off after the dot. Not taken."""
    DOT_552 = "dot_552"
    """The mail is refused for good after the dot. Not taken."""
    DROP_AFTER_250 = "drop_after_250"
    """The connection ends as soon as 250 was said for the mail. Taken."""
    HANG_AT_QUIT = "hang_at_quit"
    """250 was said for the mail, and no answer to QUIT comes. Taken."""

    @property
    def trouble(self) -> "Trouble | None":
        """What is done and where; None if the server only does as it should."""
        return _TROUBLES.get(self)

    @property
    def takes(self) -> bool:
        """Whether a mail that comes as far as its dot is taken."""
        return self not in _UNTAKEN

    @property
    def meets_connections(self) -> bool:
        """Whether it strikes before there is a mail."""
        return self.trouble is not None and self.trouble.stage in (Stage.CONNECT, Stage.GREETING)


@dataclass(frozen=True)
class Trouble:
    """What a mode does at which stage."""

    stage: Stage
    act: Act
    reply: str = ""


_TROUBLES: Final = {
    Mode.REFUSED: Trouble(Stage.CONNECT, Act.DROP),
    Mode.GREETING_421: Trouble(Stage.GREETING, Act.REPLY, "421 4.3.2 not now"),
    Mode.DROP_AT_GREETING: Trouble(Stage.GREETING, Act.DROP),
    Mode.DROP_AT_MAIL: Trouble(Stage.MAIL, Act.DROP),
    Mode.DROP_AT_RCPT: Trouble(Stage.RCPT, Act.DROP),
    Mode.DROP_BEFORE_354: Trouble(Stage.DATA, Act.DROP),
    Mode.DROP_MID_BODY: Trouble(Stage.BODY, Act.DROP),
    Mode.DROP_AFTER_DOT_UNTAKEN: Trouble(Stage.DOT, Act.DROP),
    Mode.DROP_AFTER_DOT_TAKEN: Trouble(Stage.DOT, Act.DROP),
    Mode.HANG_AT_GREETING: Trouble(Stage.GREETING, Act.HANG),
    Mode.HANG_AT_MAIL: Trouble(Stage.MAIL, Act.HANG),
    Mode.HANG_AT_RCPT: Trouble(Stage.RCPT, Act.HANG),
    Mode.HANG_BEFORE_354: Trouble(Stage.DATA, Act.HANG),
    Mode.HANG_MID_BODY: Trouble(Stage.BODY, Act.HANG),
    Mode.HANG_AFTER_DOT_UNTAKEN: Trouble(Stage.DOT, Act.HANG),
    Mode.HANG_AFTER_DOT_TAKEN: Trouble(Stage.DOT, Act.HANG),
    Mode.RCPT_451: Trouble(Stage.RCPT, Act.REPLY, "451 4.2.1 not now"),
    Mode.RCPT_550: Trouble(Stage.RCPT, Act.REPLY, "550 5.1.1 nobody of that name"),
    Mode.DOT_451: Trouble(Stage.DOT, Act.REPLY, "451 4.3.0 not now"),
    Mode.DOT_552: Trouble(Stage.DOT, Act.REPLY, "552 5.2.2 no room"),
    Mode.DROP_AFTER_250: Trouble(Stage.DONE, Act.DROP),
    Mode.HANG_AT_QUIT: Trouble(Stage.QUIT, Act.HANG),
}

_UNTAKEN: Final = frozenset(
    mode
    for mode, trouble in _TROUBLES.items()
    if trouble.stage not in (Stage.DONE, Stage.QUIT)
    and mode not in (Mode.DROP_AFTER_DOT_TAKEN, Mode.HANG_AFTER_DOT_TAKEN)
)

FOURTEEN: Final = (
    Mode.REFUSED,
    Mode.GREETING_421,
    Mode.DROP_AT_MAIL,
    Mode.RCPT_451,
    Mode.RCPT_550,
    Mode.DROP_BEFORE_354,
    Mode.HANG_BEFORE_354,
    Mode.DROP_MID_BODY,
    Mode.DROP_AFTER_DOT_TAKEN,
    Mode.HANG_AFTER_DOT_TAKEN,
    Mode.DOT_451,
    Mode.DOT_552,
    Mode.DROP_AFTER_250,
    Mode.HANG_AT_QUIT,
)
"""The fourteen that a campaign counts by; the others are drawn beside them."""

TROUBLES: Final = tuple(mode for mode in Mode if mode is not Mode.WELL)


class Choice:
    """Which mode comes next: those asked for by number first, then the one for all, else by chance.

    The same seed and the same order of mails give the same modes. A mode that strikes before there is a
    mail is chosen as a connection is met, any other as MAIL is said.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._next: deque[Mode] = deque()
        self._all = Mode.WELL
        self._share = 0.0
        self._by_chance: dict[bool, list[Mode]] = {}
        """Those that strike before there is a mail (True) and the others."""

    @property
    def is_shut(self) -> bool:
        """Whether nobody may even connect."""
        return self._all is Mode.REFUSED and not self._next

    def for_next(self, mode: Mode, times: int = 1) -> None:
        """This mode for the next so many mails, after those that were asked for before."""
        self._next.extend([mode] * times)

    def for_all(self, mode: Mode) -> None:
        """This mode for every mail from now on, in the place of chance."""
        self._all = mode
        self._by_chance = {}

    def for_share(self, share: float, modes: Sequence[Mode] = TROUBLES) -> None:
        """Each of these modes for this share of the mails (of the connections, if it strikes before a mail).

        ValueError if the shares come to more than all mails.
        """
        if not 0 <= share * len(modes) <= 1:
            raise ValueError(f"{len(modes)} modes with a share of {share} each are more than all mails")
        self._all = Mode.WELL
        self._share = share
        self._by_chance = {
            early: [mode for mode in modes if mode.meets_connections is early] for early in (True, False)
        }

    def heal(self) -> None:
        """Treat every mail well from now on."""
        self._next.clear()
        self.for_all(Mode.WELL)

    def at_connection(self) -> Mode:
        """The mode for a connection just met; WELL unless it strikes before there is a mail."""
        return self._choose(meets_connections=True)

    def at_mail(self) -> Mode:
        """The mode for a mail on an open connection.

        If one is due that strikes before there is a mail, that one is answered and stays due: the connection
        has to end, and the next one meets it.
        """
        if self._next and self._next[0].meets_connections:
            return self._next[0]
        if not self._next and self._all.meets_connections:
            return self._all
        return self._choose(meets_connections=False)

    def _choose(self, *, meets_connections: bool) -> Mode:
        if self._next:
            fits = self._next[0].meets_connections is meets_connections
            return self._next.popleft() if fits else Mode.WELL
        if self._by_chance:
            modes = self._by_chance[meets_connections]
            drawn = int(self._random.random() / self._share) if self._share else len(modes)
            return modes[drawn] if drawn < len(modes) else Mode.WELL
        return self._all if self._all.meets_connections is meets_connections else Mode.WELL
