"""Who is staff, and who is a reader.

::

    accounts.py  names with their passwords and tokens, in staff.json
    sessions.py  who is signed in
    pace.py      how often a client may ask; limits.py: how much it may read (table.py)
    notes.py     what they note on articles, in notes.db
    door.py      decides of each request whose it is: `who`
"""
