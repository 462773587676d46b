"""Second passes over the index: what is told from the set of all articles, not from any order.

Triggers mark every article that comes, goes or changes (``unsettled``), in the transaction that
changes it. `settle.settle_marked` works through the marks, a bounded piece in each transaction, so
that a kill costs one piece.

    settle.py      works through the marks
    cells.py       the articles of a source in a quarter, and which of them are drawn
    templates.py   what a site repeats: learned of a cell, taken out of its versions
    whole.py       pure, nearly: texts put together again from what is left and what was taken out
    sentences.py   pure: the sketch of a text, by which copies are found
    copies.py      pure: whether one of two texts is a copy of the other
    nearby.py      which articles are to be compared
    stories.py     which articles are one story
"""
