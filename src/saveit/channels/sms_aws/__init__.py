"""SMS through Amazon: two-way numbers whose messages come by SNS.

Promises to believe only the topics that the line names. It owns no table and opens no socket.
"""

from saveit.channels.sms_aws.channel import SmsAws

__all__ = ["SmsAws"]
