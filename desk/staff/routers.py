"""The routers of the staff desk, all of them."""

from fastapi import APIRouter

from desk.policy_reports import policy_reports_router
from desk.staff.access import Gate
from desk.staff.account import account_router
from desk.staff.attention import attention_router
from desk.staff.audit import audit_router
from desk.staff.bulk import bulk_router
from desk.staff.bulk_jobs import bulk_jobs_router
from desk.staff.counter import counter_router
from desk.staff.live import live_router
from desk.staff.low_stock import low_stock_router
from desk.staff.order import order_router
from desk.staff.order_commands import commands_router
from desk.staff.order_link import link_router
from desk.staff.order_mails import mails_router
from desk.staff.order_notes import notes_router
from desk.staff.orders import orders_router
from desk.staff.packing import packing_router
from desk.staff.papers import papers_router
from desk.staff.people import people_router
from desk.staff.picking import picking_router
from desk.staff.push import push_router
from desk.staff.settings import settings_router
from desk.staff.settings_logo import settings_logo_router
from desk.staff.settings_mails import settings_mails_router
from desk.staff.settings_place import settings_place_router
from desk.staff.shell import Desk
from desk.staff.sign_in import sign_in_router
from desk.staff.welcome import welcome_router
from desk.static_files import static_router


def staff_routers(desk: Desk) -> tuple[APIRouter, ...]:
    """Every page of the desk; an address that is written out comes before one with a hole in it."""
    gate = Gate(desk)
    return (
        static_router(),
        policy_reports_router(gate),
        sign_in_router(desk, gate),
        welcome_router(desk, gate),
        account_router(desk, gate),
        push_router(desk, gate),
        people_router(desk, gate),
        audit_router(desk, gate),
        settings_router(desk, gate),
        settings_logo_router(desk, gate),
        settings_mails_router(desk, gate),
        settings_place_router(desk, gate),
        live_router(desk, gate),
        orders_router(desk, gate),
        order_router(desk, gate),
        commands_router(desk, gate),
        link_router(desk, gate),
        notes_router(desk, gate),
        mails_router(desk, gate),
        attention_router(desk, gate),
        low_stock_router(desk, gate),
        picking_router(desk, gate),
        packing_router(desk, gate),
        counter_router(desk, gate),
        bulk_router(desk, gate),
        bulk_jobs_router(desk, gate),
        papers_router(desk, gate),
    )
