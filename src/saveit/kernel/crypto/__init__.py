"""Keeps personal data unreadable to whoever has the database but not the key, and knows passwords and tokens only by their digests.

Three levels: the installation's secret key, which is never in the database; a data key per tenant, wrapped by a master key derived from
the secret; and sealed texts, each bound to its tenant and its owner, so that a row copied elsewhere cannot be opened there. What must be
looked up has a keyed blind index beside it.

Owns no table. It never keeps a key in a module, never invents a cipher, and never says more about a failure than that it failed.
"""

from saveit.kernel.crypto.aws import AwsKey, signature_v4
from saveit.kernel.crypto.errors import SecretKeyRefused, Unreadable
from saveit.kernel.crypto.indexes import BlindIndex
from saveit.kernel.crypto.keys import MasterKey, TenantKeys, Wrapper, new_wrapped_key, rewrap_key, unwrap_key
from saveit.kernel.crypto.passwords import PasswordVerdict, hash_password, verify_password
from saveit.kernel.crypto.pieces import open_pieces, seal_in_pieces
from saveit.kernel.crypto.seal import Sealer
from saveit.kernel.crypto.secret_key import SecretKey, load_secret
from saveit.kernel.crypto.tokens import (
    NewToken,
    ShownToken,
    TokenKind,
    digests_match,
    new_api_key,
    new_session_token,
    read_token,
    token_digest,
)

__all__ = [
    "AwsKey",
    "BlindIndex",
    "MasterKey",
    "NewToken",
    "PasswordVerdict",
    "Sealer",
    "SecretKey",
    "SecretKeyRefused",
    "ShownToken",
    "TenantKeys",
    "TokenKind",
    "Unreadable",
    "Wrapper",
    "digests_match",
    "hash_password",
    "load_secret",
    "new_api_key",
    "new_session_token",
    "new_wrapped_key",
    "open_pieces",
    "read_token",
    "rewrap_key",
    "seal_in_pieces",
    "signature_v4",
    "token_digest",
    "unwrap_key",
    "verify_password",
]
