"""The reading room: search, articles, captures and sources as pages and as JSON.

::

    app.py       the ASGI application, its headers and its errors
    pages.py     search, article, evidence, sources; named.py: the article that is meant
    captures.py  lists of captures, one record, the frame around a replayed page
    looks.py     two captures side by side, as they looked
    front.py     what a front page led with, by capture
    cite.py      citations of an article
    events.py    what happened, as a page and a feed
    trend.py     counts over time
    compare.py   two versions, side by side or inline
    api/         the same as JSON, with OpenAPI; paging.py: lists in pages
    said.py      what a page of hits says of itself; narrow.py, chips.py, histogram.py: what
                 narrows a search
    picture.py   the captured picture of an article
    holdings.py  what the archive has, counted
    timeline.py  captures before, after and beside one
    evidence.py  a page read again (by reread.py, a process of its own), to show why it was read so
    saved_searches.py  searches kept by name, for feeds
    sign_in.py   the staff's way in and out; runs.py, save.py, notes.py: for them alone
    publishers.py how publications are treated, for who publishes them
    room.py      what requests share; policy.py, problems.py: headers and errors
    reference.py the JSON interface, described for people
    assistants.py the same for assistants (MCP)
    language.py  the languages of the pages, from the catalogues in locale/
    render.py    templates and how they write dates, sizes and addresses
"""
