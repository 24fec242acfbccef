"""The reference central service: receives what terminals send and shows it as it arrives.

api/     the contract of docs/interfaces.md, section 2, one module per resource
store/   the database: one module per table or two, and its migrations
pages/   the live page
live.py  tells open pages that something was stored
admin.py what an administrator does, as functions; cli.py the same as commands
"""
