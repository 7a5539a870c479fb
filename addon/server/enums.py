"""Choices of settings that only the server knows."""

from typing import Any

from ayon_server.settings.enum import link_types_enum

# What the services read as "no links".
SKIP = "< Skip >"
FOLDERS = "|folder|folder"


async def folder_link_types(project_name: str | None = None) -> list[str]:
    """Names of the link types that lead from folder to folder."""
    values = [_value(item) for item in await link_types_enum(project_name)]
    return [
        SKIP,
        *(value.removesuffix(FOLDERS) for value in values if value.endswith(FOLDERS)),
    ]


def _value(item: Any) -> str:
    # Servers up to 1.12 answer with dictionaries, later ones with objects.
    return item["value"] if isinstance(item, dict) else item.value
