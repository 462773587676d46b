"""Telling people what they asked to be told, by mail or webhook, each thing once.

Read ``notices`` first (what there is to tell), then ``memory`` (what has been told and what waits),
``digest`` (the words), ``deliver`` (SMTP and HTTP) and ``tell``, which does one after the other.
"""
