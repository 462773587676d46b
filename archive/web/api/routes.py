"""The JSON interface put together: ``/api/v1``, and where it was before it had a version."""

from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse

from archive.web.api import articles, captures, events, runs, search, sources
from archive.web.api.examples import ANSWERS
from archive.web.api.problems import PROBLEMS, Problem

PREFIX = "/api/v1"
DOCUMENT = f"{PREFIX}/openapi.json"

PARTS = (search, articles, captures, events, sources, runs)
router = APIRouter()
for part in PARTS:
    router.include_router(part.router, prefix=PREFIX, responses=PROBLEMS)


@router.get("/api/{rest:path}", include_in_schema=False)
def former_address(request: Request, rest: str) -> RedirectResponse:
    """Where the same is today.

    Raises:
        HTTPException: it has its version already, and is no operation.
    """
    if rest.startswith("v1/"):
        raise HTTPException(404)
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{PREFIX}/{rest}{asked}", 308)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with an example of each answer."""
    made = get_openapi(
        title=app.title,
        version="1",
        description=app.description,
        routes=app.routes,
    )
    made["components"]["schemas"][Problem.__name__] = Problem.model_json_schema()
    for path, methods in made["paths"].items():
        answer = methods["get"]["responses"]["200"]["content"]["application/json"]
        answer["example"] = ANSWERS[path.removeprefix(PREFIX)]
    return made
