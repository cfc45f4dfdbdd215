"""The application of a house, to be served or to be asked in process."""

from fastapi import FastAPI

from desk.downloads import downloads_router
from desk.order_page import order_page_router
from starter.http.app import create_app
from starter.view import Viewer
from tests.house import PUBLIC_URL, House


def app_of(house: House) -> FastAPI:
    """A second front door of the house, with its pages."""
    viewer = Viewer(house.vault, PUBLIC_URL, "http://temporal.test")
    pages = (
        downloads_router(house.pool, house.settings.files),
        order_page_router(house.pool, house.vault),
    )
    return create_app(house.front_door, viewer, house.pool, pages)
