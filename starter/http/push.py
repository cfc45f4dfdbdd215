"""Calls about the devices that staff are told on: for programs of whoever runs the system."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from db.audit import Doer
from db.keys import Scope
from db.push import Device
from orders.staff import StaffId
from starter.arrivals import unreadable
from starter.front_door import Visitor
from starter.http.documentation import PROBLEMS, json_body
from starter.http.entrance import Entrance, body, parsed
from starter.push import Devices

DeviceId = Annotated[str, StringConstraints(pattern=r"^pd-[0-9a-f]{12}$")]
WISH_EXAMPLE: Final = {"device_id": "pd-4f1d0a7c2b9e"}


class DevicesAnswer(BaseModel):
    devices: list[Device]


class DeviceWish(BaseModel):
    """Which device is meant; null: every one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    device_id: DeviceId | None = None


class TriedAnswer(BaseModel):
    """How many devices a notice is on its way to."""

    devices: int


def router(devices: Devices, entrance: Entrance) -> APIRouter:
    """The routes about devices. They are turned on at the desk, by the browser itself."""
    routes = APIRouter(tags=["staff"])
    ops = entrance(Scope.OPS)
    who = Annotated[StaffId, Path()]

    @routes.get("/v1/staff/{staff_id}/devices", responses=PROBLEMS(400, 401, 403, 404, 422, 503))
    async def list_devices(staff_id: who, visitor: Annotated[Visitor, Depends(ops)]) -> DevicesAnswer:
        """The devices on which this person is told of orders, and whether they can be reached."""
        return DevicesAnswer(devices=await devices.of(staff_id))

    @routes.post(
        "/v1/staff/{staff_id}/device-tests",
        status_code=HTTPStatus.ACCEPTED,
        responses=PROBLEMS(400, 401, 403, 404, 413, 422, 503),
        openapi_extra=json_body(DeviceWish, WISH_EXAMPLE),
    )
    async def try_devices(
        request: Request, staff_id: who, visitor: Annotated[Visitor, Depends(ops)]
    ) -> TriedAnswer:
        """Send a notice to every device of this person, or to one, to see whether it arrives."""
        try:
            wish = DeviceWish.model_validate(parsed(await body(request)))
        except ValidationError as error:
            raise unreadable(error) from None
        return TriedAnswer(devices=await devices.try_out(staff_id, wish.device_id))

    @routes.delete(
        "/v1/staff/{staff_id}/devices/{device_id}",
        status_code=HTTPStatus.NO_CONTENT,
        responses=PROBLEMS(400, 401, 403, 404, 422, 503),
    )
    async def end_device(
        staff_id: who,
        device_id: Annotated[DeviceId, Path()],
        visitor: Annotated[Visitor, Depends(ops)],
    ) -> None:
        """Tell this device nothing any more."""
        await devices.end(staff_id, device_id, Doer(visitor.actor, visitor.request_id))

    return routes
