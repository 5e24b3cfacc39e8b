"""The page on which staff answer shoppers: queues, the thread, who writes and what about.

Everything is read by two or three statements and sent as JSON; the page asks every two seconds for what is new and
builds its elements itself, so that no word of a shopper is ever read as HTML. A connection that is held open for each
page would take a thread of the server's four, so none is.
"""
