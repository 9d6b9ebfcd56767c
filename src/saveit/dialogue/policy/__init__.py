"""The dialogue policy: what to remember, ask of the core, and say, given what was heard. Pure: the same in, the same out.

It never books what the guest did not say yes to, unless the restaurant turned that question off; it never offers what the core did not
say is free; and a yes counts only for what is asked at that moment, however late a button is tapped.
"""

from collections.abc import Sequence

from saveit.dialogue.model import Answer, Decision, Question, Situation
from saveit.dialogue.policy.front import converse
from saveit.dialogue.policy.slots import good_name

__all__ = ["QUESTIONS_MAX", "decide", "good_name"]

QUESTIONS_MAX = 16
"""More than any turn asks: a change that is refused asks six times. One that reaches it is a bug."""


def decide(situation: Situation, answers: Sequence[Answer] = ()) -> Question | Decision:
    """Return the next thing to ask of the core, given its answers so far, or the end of the turn.

    A turn is thought through from its start each time; that costs microseconds, and makes this a function rather than a process with a
    state of its own.
    """
    flow = converse(situation)
    try:
        question = next(flow)
        for answer in answers:
            question = flow.send(answer)
    except StopIteration as over:
        decision: Decision = over.value
        return decision
    return question
