"""Settings that a studio saved in an older form, brought to today's form.

AYON keeps only what a studio changed (its overrides) and, when an addon is updated,
hands the overrides of the old version over. A failure in here would lose all of them,
so nothing is assumed about their shape. The forms are those of the ftrack addon since
its version 0.1. Converting twice changes nothing.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

from .defaults import DEFAULTS

Overrides = dict[str, Any]

# Lists of publish profiles, by plug-in.
PROFILES = (
    ("CollectFtrackFamily", "profiles"),
    ("IntegrateFtrackInstance", "asset_versions_status_profiles"),
    ("IntegrateFtrackFarmStatus", "farm_status_profiles"),
    ("ftrack_task_status_local_publish", "status_profiles"),
    ("ftrack_task_status_on_farm_publish", "status_profiles"),
)
# Old key of a profile → today's. `families` went by way of `product_types`.
PROFILE_KEYS = (
    ("hosts", "host_names"),
    ("families", "product_types"),
    ("product_types", "product_base_types"),
    ("subset_names", "product_names"),
)
# Old place of the roles of an attribute → attributes that moved from there.
MOVED_ATTRIBUTES = (
    ("show", ("auto_sync_enabled",)),
    ("is_hierarchical", ("ayon_id", "ayon_path", "ayon_sync_failed")),
)


def convert_overrides(
    source_version: str, overrides: Overrides, *, is_studio: bool
) -> Overrides:
    """Today's form of overrides that `source_version` saved; they are left as they are."""
    result = copy.deepcopy(overrides)
    if is_studio and _is_before_mapping(source_version):
        _keep_old_attribute_mapping(result)
    _convert_asset_types(result)
    _convert_attribute_roles(result)
    _convert_publish(result)
    return result


def _is_before_mapping(version: str) -> bool:
    """Whether that version had no mapping of attributes, which came with 1.4.0."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return bool(numbers) and tuple(int(n) for n in numbers.groups()) < (1, 4)


def _keep_old_attribute_mapping(overrides: Overrides) -> None:
    """Without a mapping, hierarchical attributes of equal names were brought over."""
    attributes = overrides.setdefault("custom_attributes", {})
    if not isinstance(attributes, dict) or "attributes_mapping" in attributes:
        return
    mapping = copy.deepcopy(DEFAULTS["custom_attributes"]["attributes_mapping"])
    mapping["enabled"] = False
    for row in mapping["mapping"]:
        row["attr_type"] = "hierarchical"
    attributes["attributes_mapping"] = mapping


def _convert_asset_types(overrides: Overrides) -> None:
    for handler in ("status_task_to_version", "status_version_to_task"):
        settings = _inside(overrides, "service_event_handlers", handler)
        if settings is None:
            continue
        for old, kind in (
            ("asset_types_filter", "allow_list"),
            ("asset_types_to_skip", "deny_list"),
        ):
            if old not in settings:
                continue
            asset_types = settings.pop(old)
            if "asset_types" not in settings:
                settings["asset_types"] = asset_types
                settings["asset_types_filter_type"] = kind


def _convert_attribute_roles(overrides: Overrides) -> None:
    attributes = _inside(overrides, "custom_attributes")
    if attributes is None:
        return
    for place, names in MOVED_ATTRIBUTES:
        old = attributes.pop(place, None)
        if not isinstance(old, dict):
            continue
        for name in names:
            roles = old.get(name)
            if not isinstance(roles, dict):
                continue
            _rename(roles, "read_roles", "read_security_roles")
            mandatory = attributes.setdefault("mandatory_attributes", {})
            if isinstance(mandatory, dict):
                mandatory.setdefault(name, roles)


def _convert_publish(overrides: Overrides) -> None:
    for profile in _profiles(overrides):
        for old, new in PROFILE_KEYS:
            _rename(profile, old, new)
    instance = _inside(overrides, "publish", "IntegrateFtrackInstance")
    if instance is not None:
        _rename(instance, "product_type_mapping", "product_base_type_mapping")


def _profiles(overrides: Overrides) -> Iterator[Overrides]:
    for plugin, key in PROFILES:
        settings = _inside(overrides, "publish", plugin)
        profiles = settings.get(key) if settings is not None else None
        if isinstance(profiles, list):
            yield from (row for row in profiles if isinstance(row, dict))


def _rename(settings: Overrides, old: str, new: str) -> None:
    """Today's key wins where both are there."""
    if old in settings:
        value = settings.pop(old)
        settings.setdefault(new, value)


def _inside(settings: Overrides, *path: str) -> Overrides | None:
    value: Any = settings
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None
