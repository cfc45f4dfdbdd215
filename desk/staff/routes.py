"""How every router of the desk is made: behind the gate, and with a page for whatever goes wrong."""

from fastapi import APIRouter, Depends

from desk.staff.access import Gate
from desk.staff.errors import PageRoute


def desk_router(gate: Gate) -> APIRouter:
    """A router whose routes let in whom ACCESS says, before they do anything else."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(gate.enter)])
