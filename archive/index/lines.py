"""Lines taken out of a text, with their places, so that it can be put together again."""

import json


def taken_out(full: str, left: str) -> str:
    r"""The lines of a text that are not left, with their places; as JSON.

    >>> taken_out("One.\nShare!\nTwo.", "One.\nTwo.")
    '[[1, "Share!"]]'
    """
    rest = iter([*_lines(left), None])
    expected = next(rest)
    gone = []
    for place, line in enumerate(_lines(full)):
        if line == expected:
            expected = next(rest)
        else:
            gone.append([place, line])
    return json.dumps(gone, ensure_ascii=False)


def put_back(left: str, gone: str) -> str:
    r"""The text again; the reverse of `taken_out`.

    >>> put_back("One.\nTwo.", '[[1, "Share!"]]')
    'One.\nShare!\nTwo.'
    """
    lines = _lines(left)
    for place, line in json.loads(gone):
        lines.insert(place, line)
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []
