"""Replay: an archived page as it was, without script, on an origin of its own.

::

    address.py   what /<timestamp>/<url> means, and where links in a page lead
    resolve.py   which capture answers, and where its payload lies
    charset.py   bytes to text, as a browser would have read them
    html.py      markup rewritten so that it asks nobody but the archive
    css.py       the same for style sheets
    headers.py   what an archived response may say, and the sandbox around it
    respond.py   a stored response to the bytes a browser is given
    app.py       the ASGI application
"""
