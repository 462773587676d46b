"""Replay: an archived page as it was, without script, on an origin of its own.

Read in this order::

    app.py         the ASGI application, behind gate.py (the Host header) and origins.py
    address.py     what /<timestamp>/<url> means, and where links in a page lead
    choose.py      which capture answers
    resolve.py     where its payload lies; parts.py: joined of several
    respond.py     a stored response to the bytes a browser is given; ranges.py: one piece of them
    headers.py     what an archived response may say, and the sandbox around it
    needed.py      what a page needs, and how far off in time that is
    marks.py       what is highlighted in a page on demand: evidence.py reads it again (in the
                   process of reread.py), marking.py finds it in the markup
    charset.py     bytes to text, as a browser would have read them
    html.py        markup rewritten so that it asks nobody but the archive, on tokens.py,
                   attributes.py, srcset.py, lazy.py (pictures of scripts), candidates.py
                   (which of them were captured), quirks.py
    css.py         the same for style sheets; drawings.py: for SVG
    notice.py      the short pages of the replay origin itself
    cdx/           what other programs ask: CDX and TimeMaps
"""
