"""The conformance tester: whether another central service keeps to the contract of terminals.

It plays a terminal made for the test, breaks what a terminal would never break, and says of each
rule of the contract whether it is kept. It needs none of the service's own libraries.

rules.py     what a rule is, and what is found
calls.py     calls that always end: one deadline each, bounded replies, bounded in number
pretended_terminal.py  who is played, and what it remembers of the replies
documents.py what is sent
receiving.py batches.py bodies.py events.py  rules of what is sent
giving.py ways_in.py                         rules of what is fetched, and of who may
everywhere.py                                rules that every reply keeps to
examine.py   all rules in their order; report.py how they are told; command.py the command
"""
