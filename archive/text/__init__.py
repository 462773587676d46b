"""Pure text: letters folded, words cut, forms of words. It opens no file and knows no table.

Read in this order: ``fold`` (letters), ``segments`` (words without spaces), ``forms`` (stems),
``counting`` (how long a text is).
"""
