"""Runs the addon's Python without an AYON server: `harness.py FOLDER COMMAND < input.json`."""

import asyncio
import importlib
import json
import sys
import types

import stub


def start(version="2.0.0", others=None):
    versions = dict(others or {})
    addon = server.FtrackEventsAddon("ftrack", version, versions)
    versions[version] = addon
    return addon


async def convert(cases):
    addon = start()
    results = []
    for case in cases:
        before = json.dumps(case["overrides"])
        args = [case["from"], case["overrides"], case.get("project")]
        once = await addon.convert_settings_overrides(*args)
        assert json.dumps(case["overrides"]) == before, "the argument was changed"
        twice = await addon.convert_settings_overrides(args[0], once, args[2])
        results.append({"once": once, "twice": twice})
    return results


async def defaults(_):
    model = await start().get_default_settings()
    return model.dict()


async def is_valid(values):
    """Whether the server would take these as the settings."""
    results = []
    for value in values:
        try:
            server.FtrackSettingsModel(**value)
            results.append("")
        except AssertionError as error:
            results.append(str(error))
    return results


async def attributes(tables):
    results = []
    for rows in tables:
        stub.Postgres.rows, stub.Postgres.writes = rows, []
        addon = start()
        await addon.setup()
        results.append({"writes": stub.Postgres.writes, "restart": addon.is_restarting})
    return results


async def neighbours(_):
    """Versions of the addon beside ours, of which each would create attributes."""

    async def create():
        return True

    versions = ["0.1.0", "1.6.4", "2.1.0", "broken"]
    others = {
        v: types.SimpleNamespace(create_ftrack_attributes=create) for v in versions
    }
    others["1.0.0"] = types.SimpleNamespace()
    addon = start(others=others)
    await addon.pre_setup()
    return {v: await others[v].create_ftrack_attributes() for v in versions}


async def endpoints(_):
    def broken():
        raise ValueError("no")

    addon = start()
    offer = lambda get: types.SimpleNamespace(  # noqa: E731
        version="1.0", get_custom_ftrack_handlers_endpoint=get
    )
    stub.Library.addons = {
        "a": offer(lambda: "private/handlers.zip"),
        "b": offer(broken),
        "c": offer(lambda: None),
        "d": types.SimpleNamespace(version="1.0"),
        "e": None,
    }
    return {
        "endpoints": addon.endpoints,
        "production": await addon.get_custom_handlers(object()),
        "unknown": await addon.get_custom_handlers(object(), "nobody"),
        "warnings": len(stub.Log.lines),
        "linkTypes": await importlib.import_module("server.enums").folder_link_types(
            "p"
        ),
    }


async def projects(login):
    """Projects of a real Ftrack server, asked by a manager and by somebody else."""
    service = types.SimpleNamespace(username=login["user"], api_key=login["key"])
    settings = types.SimpleNamespace(
        ftrack_server=login["server"], service_settings=service
    )

    async def get_studio_settings(variant):
        return settings

    addon = start()
    addon.get_studio_settings = get_studio_settings
    try:
        user = types.SimpleNamespace(is_manager=login.get("manager", True))
        return await addon.get_ftrack_projects(user)
    except stub.HttpError as error:
        return {type(error).__name__: str(error)}


folder, command = sys.argv[1:]
sys.path.insert(0, folder)
server = importlib.import_module("server")
print(json.dumps(asyncio.run(globals()[command](json.load(sys.stdin)))))
