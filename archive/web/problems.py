"""Errors as JSON problem objects.

Source: RFC 9457.
"""

from http import HTTPStatus

from fastapi.responses import JSONResponse


def title_of(status: int) -> str:
    """What a status means, in words.

    >>> title_of(404), title_of(799)
    ('Not Found', 'Error')
    """
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem(status: int, detail: str, *, instance: str) -> JSONResponse:
    """A response that says what is wrong, for programs.

    >>> problem(404, "no such article", instance="/api/v1/articles/x").media_type
    'application/problem+json'
    """
    content = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return JSONResponse(content, status, media_type="application/problem+json")
