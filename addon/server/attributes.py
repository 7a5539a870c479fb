"""The attributes that tie entities of AYON to those of Ftrack."""

from ayon_server.lib.postgres import Postgres

# Name → title and the least scope that the services need.
WANTED = {
    "ftrackId": ("ftrack id", ["project", "folder", "task", "version", "list"]),
    "ftrackPath": ("ftrack path", ["project", "folder", "task"]),
}


async def ensure_attributes() -> bool:
    """Create what is missing and widen what is too narrow; never narrow anything.

    Returns whether anything changed.
    """
    rows = await Postgres.fetch(
        "SELECT name, position, scope, data FROM public.attributes"
    )
    found = {row["name"]: row for row in rows}
    position = max((row["position"] or 0 for row in rows), default=-1) + 1
    is_changed = False
    for name, (title, wanted) in WANTED.items():
        row = found.get(name)
        if row is None:
            # Somebody else's start may have come first: then theirs stands.
            await Postgres.execute(
                "INSERT INTO public.attributes (name, position, scope, data)"
                " VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
                name,
                position,
                wanted,
                {"type": "string", "title": title, "inherit": False},
            )
            position += 1
            is_changed = True
            continue
        scope = row["scope"] or []
        missing = [kind for kind in wanted if kind not in scope]
        # An id that children inherit would make every child a twin of its parent.
        data = {**(row["data"] or {}), "inherit": False}
        if missing or data != row["data"]:
            await Postgres.execute(
                "UPDATE public.attributes SET scope = $2, data = $3 WHERE name = $1",
                name,
                [*scope, *missing],
                data,
            )
            is_changed = True
    return is_changed
