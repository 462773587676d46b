"""Write exchanges until somebody kills this process; tell of each that is durable.

A line for each: record id, file, offset, SHA-256 of the body.
"""

import hashlib
import os
import random
import sys
from pathlib import Path

from tests.archive.warc.exchanges import exchange, make_writer, response

IN_FLIGHT = 8


def main() -> None:
    writer = make_writer(Path(sys.argv[1]), roll_bytes=300_000)
    waiting = []
    for number in range(1_000_000):
        body = os.urandom(random.randrange(1, 30_000))
        digest = hashlib.sha256(body).hexdigest()
        waiting.append((writer.submit(exchange(f"/{number}", response(body))), digest))
        if len(waiting) >= IN_FLIGHT:
            future, digest = waiting.pop(0)
            item = future.result()
            line = f"{item.record_id} {item.filename} {item.offset} {digest}\n"
            os.write(1, line.encode())


if __name__ == "__main__":
    main()
