"""Stands in for the names of the AYON server that the addon imports, and for no more.

An import that is not here fails, as it would on the server.
"""

import json
import sys
import types
import urllib.error
import urllib.request


def module(name, **names):
    made = types.ModuleType(name)
    made.__dict__.update(names)
    made.__path__ = []
    sys.modules[name] = made
    return made


class Field:
    def __init__(self, default=..., *, default_factory=None, **notes):
        known = {
            "title", "description", "section", "enum_resolver", "conditional_enum",
            "scope", "widget", "placeholder", "ge", "regex",
        }  # fmt: skip
        assert set(notes) <= known, set(notes) - known
        self.default, self.default_factory, self.notes = default, default_factory, notes


class BaseSettingsModel:
    """As strict as the server about the shape, except that a key it does not know is an error."""

    def __init_subclass__(cls):
        cls.fields = {
            key: (hint, cls.__dict__[key])
            for key, hint in cls.__annotations__.items()
            if not key.startswith("_")
        }

    def __init__(self, **values):
        assert set(values) <= set(self.fields), set(values) - set(self.fields)
        for key, (hint, field) in self.fields.items():
            if key in values:
                value = build(hint, values[key])
            elif field.default_factory:
                value = field.default_factory()
            else:
                assert field.default is not ..., f"{key} is required"
                value = field.default
            setattr(self, key, value)
        for name in dir(type(self)):
            check = getattr(type(self), name)
            if hasattr(check, "validates"):
                check(getattr(self, check.validates))

    def dict(self):
        return {key: plain(getattr(self, key)) for key in self.fields}


def build(hint, value):
    if isinstance(hint, types.GenericAlias):
        assert isinstance(value, list), value
        return [build(hint.__args__[0], item) for item in value]
    if issubclass(hint, BaseSettingsModel):
        return hint(**value)
    assert type(value) is hint or (hint is float and type(value) is int), (hint, value)
    return value


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.dict() if isinstance(value, BaseSettingsModel) else value


def validator(key):
    def mark(function):
        def check(value):
            return function(None, value)

        check.validates = key
        return check

    return mark


def ensure_unique_names(rows):
    names = [row.name for row in rows]
    assert len(names) == len(set(names)), "Duplicate name"


class HttpError(Exception):
    def __init__(self, detail):
        super().__init__(detail)


class BaseServerAddon:
    """Remembers its end points; settings stay as they are handed over."""

    def __init__(self, name, version, versions):
        self.name, self.version = name, version
        self.definition = types.SimpleNamespace(versions=versions)
        self.endpoints, self.is_restarting, self.warnings = [], False, []
        self.initialize()

    def add_endpoint(self, path, handler, method):
        self.endpoints.append([method, path])

    def request_server_restart(self):
        self.is_restarting = True

    def get_settings_model(self):
        return self.settings_model

    async def convert_settings_overrides(self, source_version, overrides):
        return overrides


class Library:
    """The addons of the production bundle."""

    addons = {}

    @classmethod
    def getinstance(cls):
        return cls

    @classmethod
    async def get_addons_by_variant(cls, variant):
        return cls.addons if variant == "production" else dict.fromkeys(cls.addons)


class Postgres:
    rows, writes = [], []

    @classmethod
    async def fetch(cls, query):
        return cls.rows

    @classmethod
    async def execute(cls, query, *values):
        cls.writes.append([query.split()[0], *values])


class HttpxError(Exception):
    pass


class AsyncClient:
    """Asks for real; it does not matter here that nothing else runs meanwhile."""

    def __init__(self, timeout, headers):
        self.timeout, self.headers = timeout, headers

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return None

    async def post(self, url, json):
        headers = {"content-type": "application/json", **self.headers}
        request = urllib.request.Request(url, dump(json).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())
        except OSError as error:
            raise HttpxError(str(error)) from error


class Answer:
    def __init__(self, status_code, body):
        self.status_code, self.body = status_code, body

    def json(self):
        return json.loads(self.body)


dump = json.dumps


class Version(tuple):
    @classmethod
    def parse(cls, text):
        return cls(int(n) for n in text.split("."))


class Log:
    lines = []

    @classmethod
    def warning(cls, text):
        cls.lines.append(text)


async def secret(name):
    return {"KEY_NAME": "the key"}.get(name)


module("fastapi", Query=lambda default: default)
module("httpx", AsyncClient=AsyncClient, HTTPError=HttpxError, InvalidURL=HttpxError)
module("pydantic", validator=validator)
module("semver", VersionInfo=Version)
module("ayon_server")
module("ayon_server.addons", AddonLibrary=Library, BaseServerAddon=BaseServerAddon)
module("ayon_server.api")
module("ayon_server.api.dependencies", CurrentUser=object)
errors = ("BadRequestException", "ForbiddenException", "ServiceUnavailableException")
module("ayon_server.exceptions", **{e: type(e, (HttpError,), {}) for e in errors})
module("ayon_server.lib")
module("ayon_server.lib.postgres", Postgres=Postgres)
module("ayon_server.logging", logger=Log)
module("ayon_server.secrets", Secrets=types.SimpleNamespace(get=secret))
settings = {
    "BaseSettingsModel": BaseSettingsModel,
    "SettingsField": Field,
    "ensure_unique_names": ensure_unique_names,
}
module("ayon_server.settings", **settings)


async def link_types_enum(project_name=None):
    new = types.SimpleNamespace(value="breakdown|folder|folder")
    return [
        {"value": "generative|version|version"},
        {"value": "template|folder|folder"},
        new,
    ]


async def secrets_enum():
    return []


module(
    "ayon_server.settings.enum",
    link_types_enum=link_types_enum,
    secrets_enum=secrets_enum,
)
