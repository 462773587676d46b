"""Pure text: letters folded, words cut, forms of words. It opens no file and knows no table."""
