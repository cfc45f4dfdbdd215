"""Who runs PostgreSQL: ourselves, or, since it refuses root, somebody with fewer rights."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import Unreachable

NOBODY_WHERE_NONE_IS_NAMED = 65_534


@dataclass(frozen=True)
class Runner:
    """An identity a program is run under, and who then owns its files."""

    owner: int | None = None
    group: int | None = None
    # In a user namespace root is seen as nobody, while the files stay root's: the one way into a tree
    # that only root can enter.
    seen_as: tuple[int, int] | None = None

    @property
    def user(self) -> int | None:
        """What to switch to before the program starts; None to stay who we are."""
        return None if self.seen_as else self.owner

    def command(self, *command: str) -> Sequence[str]:
        if self.seen_as is None:
            return command
        user, group = self.seen_as
        return ("unshare", "--user", f"--map-user={user}", f"--map-group={group}", "--", *command)

    def give(self, path: Path) -> None:
        """Make the runner the owner of this file or folder, which must be ours."""
        if self.owner is not None and self.group is not None:
            os.chown(path, self.owner, self.group, follow_symlinks=False)

    def give_tree(self, top: Path) -> None:
        """Make the runner the owner of this folder and of all that is in it."""
        self.give(top)
        for folder, folders, files in os.walk(top):
            for name in (*folders, *files):
                self.give(Path(folder, name))


def runner_for(binaries: Path, data: Path) -> Runner:
    """
    Who can run the programs in `binaries` on a folder `data` (which may not exist yet).

    Permissions are only looked at, never changed.

    Raises:
        Unreachable: if we are root, and nobody else can come there.
    """
    if os.geteuid() != 0:
        return Runner()
    binaries, data = binaries.resolve(), data.resolve()
    needed = (*_passed_through(binaries), binaries, *_passed_through(data))
    nobody = _nobody()
    for owner in (nobody, *_owners(needed)):
        if owner != 0 and all(_can_enter(owner, folder) for folder in needed):
            return Runner(owner, _group_of(owner))
    if shutil.which("unshare") and all(_can_enter(0, folder) for folder in needed):
        return Runner(0, 0, seen_as=(nobody, _group_of(nobody)))
    raise Unreachable(binaries, data)


def _passed_through(path: Path) -> Iterator[Path]:
    """The folders that exist above a path."""
    return (folder for folder in path.parents if folder.exists())


def _owners(folders: Sequence[Path]) -> Iterator[int]:
    """The users who own part of the way: what is closed for nobody may be open for them."""
    return iter(dict.fromkeys(folder.stat().st_uid for folder in folders))


def _can_enter(user: int, folder: Path) -> bool:
    """Whether the user may pass through, by the plain permissions and without any special right."""
    status = folder.stat()
    if status.st_uid == user:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == _group_of(user):
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return NOBODY_WHERE_NONE_IS_NAMED


def _group_of(user: int) -> int:
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return user
