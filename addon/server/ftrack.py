"""A question to Ftrack's API, which the settings page asks through the addon."""

from typing import Any

import httpx
from ayon_server.exceptions import BadRequestException, ServiceUnavailableException

PAGE = 500
TIMEOUT_SECONDS = 30


async def list_projects(server: str, user: str, api_key: str) -> list[dict[str, Any]]:
    """All projects, as `{"id", "name", "code", "active"}`, in the order of their ids."""
    if not (server and user and api_key):
        raise BadRequestException(
            "Set ftrack_server, service_settings/username and service_settings/api_key first"
        )
    projects: list[dict[str, Any]] = []
    async with httpx.AsyncClient(
        timeout=TIMEOUT_SECONDS,
        headers={"ftrack-user": user, "ftrack-api-key": api_key},
    ) as client:
        while True:
            page = await _query(
                client,
                server_url(server),
                "select id, full_name, name, status from Project"
                f" order by id ascending limit {PAGE} offset {len(projects)}",
            )
            projects.extend(page)
            if len(page) < PAGE:
                break
    return [
        {
            "id": project["id"],
            "name": project["full_name"],
            "code": project["name"],
            "active": project["status"] == "active",
        }
        for project in projects
    ]


def server_url(text: str) -> str:
    """`studio`, `studio.ftrackapp.com` and a full address all name the same server."""
    text = text.strip().rstrip("/")
    if text.startswith(("http://", "https://")):
        return text
    return (
        f"https://{text}"
        if "." in text or ":" in text
        else f"https://{text}.ftrackapp.com"
    )


async def _query(
    client: httpx.AsyncClient, server: str, expression: str
) -> list[dict[str, Any]]:
    try:
        response = await client.post(
            f"{server}/api", json=[{"action": "query", "expression": expression}]
        )
        # Ftrack reports its own errors in the body of an answer that may well be a 200.
        answer = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # The text of some of these errors quotes what was sent: only their kind is told.
        raise ServiceUnavailableException(
            f"Ftrack does not answer as expected: {type(error).__name__}"
        ) from error
    if isinstance(answer, dict) and "exception" in answer:
        raise BadRequestException(
            f"Ftrack refuses: {answer.get('content', answer['exception'])}"
        )
    if response.status_code != 200 or not isinstance(answer, list):
        raise ServiceUnavailableException(
            f"Ftrack answers with status {response.status_code}"
        )
    return answer[0]["data"]
