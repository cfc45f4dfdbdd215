"""Webhooks: payments that their provider tells of by itself, signed. Each provider has an adapter."""

from collections.abc import Mapping
from typing import Final

from starter.webhooks.provider import Provider
from starter.webhooks.standard import Standard

PROVIDERS: Final[Mapping[str, Provider]] = {each.name: each for each in (Standard(),)}
"""By the name that stands in the address."""
