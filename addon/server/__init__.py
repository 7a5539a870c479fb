"""The addon's part in the AYON server: settings, two attributes, two endpoints."""

from typing import Any

import semver
from ayon_server.addons import AddonLibrary, BaseServerAddon
from ayon_server.api.dependencies import CurrentUser
from ayon_server.exceptions import BadRequestException, ForbiddenException
from ayon_server.logging import logger
from ayon_server.secrets import Secrets
from ayon_server.settings import BaseSettingsModel
from fastapi import Query

from .attributes import ensure_attributes
from .conversions import convert_overrides
from .defaults import DEFAULTS
from .ftrack import list_projects
from .settings import FtrackSettingsModel

# Addon whose settings name the Ftrack server and user, whatever this one is called.
SETTINGS_ADDON = "ftrack"


class FtrackEventsAddon(BaseServerAddon):
    settings_model: type[FtrackSettingsModel] = FtrackSettingsModel

    def initialize(self) -> None:
        self.add_endpoint(
            "/customProcessorHandlers", self.get_custom_handlers, method="GET"
        )
        self.add_endpoint("/ftrackProjects", self.get_ftrack_projects, method="GET")

    async def pre_setup(self) -> None:
        """Keep older versions from fighting over the attributes.

        The first versions of the existing addon want exactly their scopes and would take
        ours away again at every start.
        """
        for version, addon in self.definition.versions.items():
            if addon is not self and not _is_newer(version, self.version):
                if hasattr(addon, "create_ftrack_attributes"):
                    addon.create_ftrack_attributes = _nothing_to_create

    async def setup(self) -> None:
        # The server builds its entity models once, at its start: without a restart, values of a new
        # attribute are dropped without a word.
        if await ensure_attributes():
            self.request_server_restart()

    async def get_default_settings(self) -> BaseSettingsModel:
        return self.get_settings_model()(**DEFAULTS)

    async def convert_settings_overrides(
        self,
        source_version: str,
        overrides: dict[str, Any],
        project_name: str | None = None,
    ) -> dict[str, Any]:
        # The server passes the project only to methods with an argument of this name.
        converted = convert_overrides(
            source_version, overrides, is_studio=project_name is None
        )
        return await super().convert_settings_overrides(source_version, converted)

    async def get_custom_handlers(
        self,
        user: CurrentUser,
        variant: str = Query("production"),
    ) -> dict[str, Any]:
        """Archives with event handlers that other addons of the variant's bundle offer."""
        handlers = []
        addons = await AddonLibrary.getinstance().get_addons_by_variant(variant)
        for name, addon in addons.items():
            if not hasattr(addon, "get_custom_ftrack_handlers_endpoint"):
                continue
            try:
                endpoint = addon.get_custom_ftrack_handlers_endpoint()
            except Exception as error:
                # Somebody else's code: it must not take the others along.
                logger.warning(f"Addon {addon} fails to name its handlers: {error}")
                continue
            if endpoint:
                handlers.append(
                    {
                        "addon_name": name,
                        "addon_version": addon.version,
                        "endpoint": endpoint,
                    }
                )
        return {"custom_handlers": handlers}

    async def get_ftrack_projects(
        self,
        user: CurrentUser,
        variant: str = Query("production"),
    ) -> dict[str, Any]:
        """Projects that the service's user sees in Ftrack."""
        if not user.is_manager:
            raise ForbiddenException("Only managers may list the projects of Ftrack")
        settings = await self._connection_settings(variant)
        service = settings.service_settings
        return {
            "projects": await list_projects(
                settings.ftrack_server,
                await _secret(service.username),
                await _secret(service.api_key),
            )
        }

    async def _connection_settings(self, variant: str) -> Any:
        addon: BaseServerAddon | None = self
        if self.name != SETTINGS_ADDON:
            library = AddonLibrary.getinstance()
            addon = await library.get_addon_by_variant(SETTINGS_ADDON, variant)
        if addon is None:
            raise BadRequestException(
                f"The {variant} bundle has no addon {SETTINGS_ADDON}"
            )
        return await addon.get_studio_settings(variant)


async def _secret(name: str) -> str:
    """The value of a secret; a setting that names none holds the value itself."""
    return (await Secrets.get(name) or name) if name else ""


async def _nothing_to_create() -> bool:
    return False


def _is_newer(version: str, than: str) -> bool:
    try:
        return semver.VersionInfo.parse(version) > semver.VersionInfo.parse(than)
    except ValueError:
        return False
