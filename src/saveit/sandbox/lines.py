"""Lines to try the product with: one for each channel, with credentials that a stand-in and the product share."""

import base64
import hashlib
from collections.abc import Mapping

from saveit.messages import Credentials, LineKey
from saveit.sandbox.model import Line

# Channel, the account and the address as its provider would spell them; {n} tells restaurants apart.
_PLACES: Mapping[str, tuple[str, str]] = {
    "whatsapp_meta": ("10000000000000{n}", "20000000000000{n}"),
    "whatsapp_twilio": ("AC{account}", "+5716000{n:03}"),
    "sms_twilio": ("AC{account}", "+5717000{n:03}"),
    "instagram": ("1784100000000{n}", "1784100000000{n}"),
    "messenger": ("30000000000000{n}", "30000000000000{n}"),
    "telegram": ("bot-{n}", "bot-{n}"),
    "webchat": ("web-{n}", "web-{n}"),
    "voice_twilio": ("AC{account}", "+5718000{n:03}"),
    "voice_connect": ("11111111111{n}", "+5719000{n:03}"),
    "sms_aws": ("22222222222{n}", "+5715000{n:03}"),
    "email_ses": ("33333333333{n}", "mesa{n}@ses.saveit.example"),
    "email_smtp": ("mesa{n}@smtp.saveit.example", "mesa{n}@smtp.saveit.example"),
}


def sandbox_lines(number: int, *, public_url: str, secret: bytes) -> tuple[Line, ...]:
    """Return one line of each channel for the restaurant with this number, from 1 to 9. The same secret gives the same credentials."""
    lines: list[Line] = []
    for channel, (account, address) in _PLACES.items():
        word = _word(secret, f"{channel}/{number}")
        key = LineKey(
            account.format(n=number, account=_word(secret, f"twilio/{number}")[:32]),
            address.format(n=number),
        )
        opaque = key.address if channel in {"webchat", "telegram"} else ""
        values = _values(channel, word, key, number=number, public_url=public_url)
        lines.append(Line(channel=channel, key=key, credentials=Credentials(key, values), opaque=opaque))
    return tuple(lines)


def _values(
    channel: str, word: str, key: LineKey, *, number: int, public_url: str
) -> dict[str, str]:
    match channel:
        case "whatsapp_meta" | "instagram" | "messenger":
            return {"app_secret": word, "verify_token": word[:16], "access_token": f"EAA{word}"}
        case "whatsapp_twilio" | "sms_twilio" | "voice_twilio":
            # One account has one token, whichever of its products is called.
            token = hashlib.sha256(f"token/{key.account}".encode()).hexdigest()[:32]
            callback = f"{public_url.rstrip('/')}/webhooks/{channel}"
            return {"auth_token": token, "status_callback": callback}
        case "telegram":
            return {"bot_token": f"70000000{number}:{word[:35]}", "secret_token": word[:32]}
        case "webchat":
            return {"session_secret": word}
        case "voice_connect":
            return {"webhook_secret": f"whsec_{base64.b64encode(word[:32].encode()).decode()}"}
        case "sms_aws" | "email_ses":
            topic = f"arn:aws:sns:us-east-1:{key.account}:saveit-{channel.replace('_', '-')}"
            amazon = {"region": "us-east-1", "access_key_id": f"AKIA{word[:16].upper()}"}
            return amazon | {"secret_access_key": word, "topic_arns": topic}
        case _:
            return {
                "host": "smtp.saveit.example",
                "username": key.address,
                "password": word[:24],
                "listener_secret": word[24:48],
            }


def _word(secret: bytes, name: str) -> str:
    """Return 64 hexadecimal digits that nobody can guess who does not have the installation's secret."""
    return hashlib.sha256(b"saveit sandbox line\x00" + secret + name.encode()).hexdigest()
