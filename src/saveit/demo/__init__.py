"""Three restaurants that look lived in, so that whoever starts SaveIt for the first time has something to try.

Promises that all of it is made through the doors that everybody uses, once; that a second start changes nothing but the address; and that
what it prints works as printed. It owns no tables. It will never run where nobody asked for it, and never touch a restaurant that is not
its own.
"""

from saveit.demo.credentials import Demo, DemoKey, DemoLogin, demo_file, read_demo
from saveit.demo.seed import prepare_demo
from saveit.demo.tools import DemoTools
from saveit.demo.trying import what_to_try

__all__ = [
    "Demo",
    "DemoKey",
    "DemoLogin",
    "DemoTools",
    "demo_file",
    "prepare_demo",
    "read_demo",
    "what_to_try",
]
