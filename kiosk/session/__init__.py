"""One visitor's sitting, as rules without a clock, a screen or a disk.

`states` and `events` are what there is, `reduce` says what an event does to a state, `effects`
what is then to be carried out. `config` is what is asked and by which rules; `draft` the response
so far, `beginning` how it begins; `free_text` what the keyboard does; `preferences` what a visitor
chose for themselves; `moves` the steps that several states share; `slap` what takes back what a
hand that hit several buttons answered.
"""
