"""The application of a house, to be served or to be asked in process."""

from fastapi import FastAPI

from desk.routers import routers
from starter.http.app import create_app
from starter.view import Viewer
from tests.house import PUBLIC_URL, House


def app_of(house: House) -> FastAPI:
    """A second front door of the house, with its pages."""
    viewer = Viewer(house.vault, PUBLIC_URL, "http://temporal.test")
    return create_app(house.front_door, viewer, house.pool, routers(house.opened, house.settings))
