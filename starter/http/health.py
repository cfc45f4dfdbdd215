"""Calls for those who watch: alive, ready, and the figures."""

from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from db import reading
from db.migrate import is_current
from db.pool import OUTAGES, Pool


def router(pool: Pool) -> APIRouter:
    """The routes for probes and metrics. They answer no personal data and need no key."""
    routes = APIRouter(tags=["ops"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @routes.get("/readyz", responses={503: {"description": "The database is away or not migrated."}})
    async def readyz() -> JSONResponse:
        """Orders can be taken: PostgreSQL answers and has the schema this code expects. Temporal may be
        away: what is kept is delivered when it is back."""
        try:
            async with pool.acquire(timeout=2) as connection:
                current = await is_current(connection)
        except OUTAGES as error:
            return JSONResponse(
                {"status": "database_away", "why": type(error).__name__}, HTTPStatus.SERVICE_UNAVAILABLE
            )
        if not current:
            return JSONResponse({"status": "not_migrated"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ready"})

    @routes.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Prometheus: requests, open orders by status, attention by reason, and what is waiting."""
        figures = generate_latest()
        try:
            async with pool.acquire(timeout=2) as connection:
                figures += _census(await reading.census(connection))
        except OUTAGES:
            figures += b"# the database is away\n"
        return Response(figures, media_type=CONTENT_TYPE_LATEST)

    return routes


def create_app(pool: Pool) -> FastAPI:
    """These routes and no others, for a process that takes no orders."""
    app = FastAPI(title="Pakhuis worker", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router(pool))
    return app


def _census(census: reading.Census) -> bytes:
    registry = CollectorRegistry()
    orders = Gauge("pakhuis_open_orders", "Open orders.", ["fulfillment", "payment"], registry=registry)
    for row in census.orders:
        orders.labels(row["fulfillment_status"], row["payment_status"]).set(row["orders"])
    attention = Gauge("pakhuis_attention", "Orders that need a person.", ["reason"], registry=registry)
    for row in census.attention:
        attention.labels(row["reason"]).set(row["orders"])
    for name, value in census.backlog.items():
        Gauge(f"pakhuis_{name}", f"{name.replace('_', ' ')}.", registry=registry).set(float(value))
    return generate_latest(registry)
