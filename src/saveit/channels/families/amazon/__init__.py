"""What mail and SMS at Amazon share: calls that are signed, what their errors mean, and notifications that are verified."""

from saveit.channels.families.amazon.calls import ACCOUNT, NEEDS, aws_failure, signed_call, stored_call
from saveit.channels.families.amazon.sns import TOPICS, SnsMessage, subscription, verify_sns

__all__ = [
    "ACCOUNT",
    "NEEDS",
    "TOPICS",
    "SnsMessage",
    "aws_failure",
    "signed_call",
    "stored_call",
    "subscription",
    "verify_sns",
]
