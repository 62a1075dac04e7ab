"""Checks a webhook of the hub by Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any, List, Mapping, Optional, Sequence, Union

_TOLERANCE_SECONDS = 300


class WebhookError(Exception):
    """Why a webhook is not to be believed.

    `code`: missing_header, bad_timestamp, bad_secret, bad_signature or malformed_json.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _header(headers: Mapping[str, Any], name: str) -> str:
    for key, value in headers.items():
        key = key.decode("latin-1") if isinstance(key, bytes) else str(key)
        if key.lower() != name:
            continue
        value = value[0] if isinstance(value, (list, tuple)) and value else value
        value = value.decode("latin-1") if isinstance(value, bytes) else value
        if isinstance(value, str) and value:
            return value
    raise WebhookError("missing_header", f"the header {name} is missing")


def _base64(text: str) -> Optional[bytes]:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _key(secret: str) -> bytes:
    key = _base64(secret[6:] if secret.startswith("whsec_") else secret)
    if not key:
        raise WebhookError("bad_secret", "the secret is not whsec_ and base64")
    return key


def verify_webhook(
    body: Union[str, bytes],
    headers: Mapping[str, Any],
    secret: Union[str, Sequence[str]],
    *,
    tolerance_seconds: float = _TOLERANCE_SECONDS,
    now: Optional[float] = None,
) -> Any:
    """Gives the parsed body of a webhook; raises a `WebhookError` when it is not to be believed.

    `body` is exactly what came, not parsed and written again. `secret` may be several, while one is being rotated.
    """
    id, sent_at, signatures = (
        _header(headers, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (sent_at.isascii() and sent_at.isdigit()):
        raise WebhookError("bad_timestamp", "webhook-timestamp is not a number of seconds")
    if abs((time.time() if now is None else now) - int(sent_at)) > tolerance_seconds:
        raise WebhookError("bad_timestamp", "webhook-timestamp is too far from now")
    raw = body.encode() if isinstance(body, str) else bytes(body)
    signed = b".".join([id.encode(), sent_at.encode(), raw])
    secrets: List[str] = [secret] if isinstance(secret, str) else list(secret)
    wanted = [hmac.new(_key(each), signed, hashlib.sha256).digest() for each in secrets]
    for signature in signatures.split(" "):
        given = _base64(signature[3:]) if signature.startswith("v1,") else None
        # Every key is compared: which of them fits is no secret, how far one fits is.
        if given and any([hmac.compare_digest(given, each) for each in wanted]):
            try:
                return json.loads(raw)
            except ValueError:
                raise WebhookError("malformed_json", "the body is signed, and no JSON") from None
    raise WebhookError("bad_signature", "no signature fits")
