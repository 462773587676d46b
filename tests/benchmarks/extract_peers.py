"""Readers of others on real pages; run by the interpreter of an environment of their own.

Apart from this project's environment, because one of them needs a library under the LGPL.
Prints one JSON line a page: ``name``, ``key``, ``ms`` and what was read.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = dict[str, Any]


def readability(html: bytes, url: str) -> Found:
    """readability-lxml: the summary's text."""
    from lxml.html import fromstring
    from readability import Document

    document = Document(html.decode("utf-8", "replace"))
    blocks = fromstring(document.summary()).iter("p", "li", "h2", "h3", "blockquote")
    return {
        "text": "\n".join(" ".join(b.text_content().split()) for b in blocks),
        "title": document.short_title(),
    }


def resiliparse(html: bytes, url: str) -> Found:
    """Resiliparse: plain text of the main content."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    text = bytes_to_str(html, detect_encoding(html))
    return {"text": extract_plain_text(text, main_content=True, alt_texts=False, links=False)}


def newspaper(html: bytes, url: str) -> Found:
    """newspaper4k: an article parsed from given HTML, nothing downloaded."""
    from newspaper import Article

    article = Article(url, fetch_images=False)
    article.download(input_html=html.decode("utf-8", "replace"))
    article.parse()
    day = article.publish_date
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "published": day.isoformat() if hasattr(day, "isoformat") else None,
    }


PEERS: dict[str, Callable[[bytes, str], Found]] = {
    "readability-lxml": readability,
    "resiliparse": resiliparse,
    "newspaper4k": newspaper,
}


def main(root: Path) -> None:
    """Read every page of the corpora under ``root`` with every peer."""
    for truth in sorted(root.glob("*/truth.jsonl")):
        for line in truth.read_text("utf-8").splitlines():
            page = json.loads(line)
            html = gzip.decompress((truth.parent / "pages" / page["id"]).read_bytes())
            for name, read in PEERS.items():
                started = time.process_time()
                try:
                    found = read(html, page["url"])
                except Exception as error:  # noqa: BLE001 - a peer that fails has read nothing
                    found = {"error": type(error).__name__}
                ms = (time.process_time() - started) * 1000
                key = f"{truth.parent.name}/{page['id']}"
                print(json.dumps({"name": name, "key": key, "ms": ms, **found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
