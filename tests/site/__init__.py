"""A hostile little newspaper on loopback: the demo, and the server of the tests.

Two titles on two hosts in two languages, *The Harbour Gazette* (``Newspaper.a``, 127.0.0.1)
and *Küstenkurier* (``Newspaper.b``, localhost), run by `running` in a process of their own::

    with running(keep_bytes=True) as newspaper:     # or the fixtures of tests/conftest.py
        crawl(newspaper.a, newspaper.b)
        newspaper.advance()                          # the second day
        assert not newspaper.disallowed() and not newspaper.too_close(delay_s=0.2)

Where things are, on each title:

- ``/``, ``/SECTION/``: stories, and on the home page a link to every fault of `tests.site.faults`
  (chain, loop and refresh under ``/go/``, redirects off the site and to a private address,
  endless ``/calendar/``, ``/print/`` and ``/amp/`` twins, session ids, an address of 9,000
  characters, links that are none).
- ``/feed.xml`` (RSS), ``/atom.xml``, ``/feeds/science.rdf``, ``/feeds/sport.xml`` (broken but
  readable), ``/feeds/culture.xml`` (hopeless); ``/sitemap_index.xml`` by way of ``/robots.txt``.
- `tests.site.articles`: 20 stories a title, one of them from the second day on, one removed then
  (410), one edited, one retitled. Layout, coding, framing, charset, comment form and structured
  data differ from story to story; ``quirks`` in ``prose/*.txt`` name the rest.
- ``/wire/NAME``: exact bytes, `tests.site.wire.CASES`.
- ``/bulk/COUNT/``: that many different pages for benchmarks, compressed beforehand.
- Every port is a proxy to loopback, too: absolute-form requests and CONNECT.

`tests.site.corpus` serves real pages in place of the titles, a feed and a sitemap for each
publisher. `tests.site.journal` reads and judges what was asked for.
"""

from tests.site.process import Newspaper, running

__all__ = ["Newspaper", "running"]
