"""PDF documents: press releases, court papers, e-papers that a source links or lists.

Read in this order: `document` makes the article, of what the file states of itself and of its
text; `pages` gives each page as boxes of lines in reading order (with pdfminer.six, loaded when
the first PDF comes); `paragraphs` makes paragraphs of them and takes running heads out.
"""
