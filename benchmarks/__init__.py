"""What typedxcom costs beside what users would pick instead: ``make bench``.

``suites/`` holds one module for each question. A suite names its cases and, for each contender,
how one is run. ``running`` starts each contender as a process of its own (``worker``) and asks them
in turn, round by round, so that whatever else the machine does falls on all of them. Nothing here
asserts a time: ``report`` prints medians and ratios, losses as plainly as wins.
"""
