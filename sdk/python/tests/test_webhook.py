"""Webhooks are believed when they are signed, fresh and whole."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from llm_trace_hub import WebhookError, verify_webhook

SECRET = "whsec_" + base64.b64encode(b"secret of the hub").decode()
OTHER = "whsec_" + base64.b64encode(b"another").decode()
NOW = 1_800_000_000
BODY = '{"type":"decision.made","name":"질문"}'


def sign(body: str = BODY, secret: str = SECRET, at: int = NOW) -> dict:
    key = base64.b64decode(secret[6:])
    signature = hmac.new(key, f"msg_1.{at}.{body}".encode(), hashlib.sha256).digest()
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v2,abc v1,{base64.b64encode(signature).decode()}",
    }


def test_one_that_is_signed_is_given_parsed() -> None:
    assert verify_webhook(BODY, sign(), SECRET, now=NOW)["name"] == "질문"
    assert verify_webhook(BODY.encode(), sign(), [OTHER, SECRET], now=NOW + 299)["type"] == "decision.made"


WRONG: Any = {
    "another body": ("bad_signature", lambda: (BODY + " ", sign(), SECRET)),
    "another secret": ("bad_signature", lambda: (BODY, sign(secret=OTHER), SECRET)),
    "another time": ("bad_signature", lambda: (BODY, {**sign(), "Webhook-Timestamp": str(NOW + 1)}, SECRET)),
    "an old one": ("bad_timestamp", lambda: (BODY, sign(at=NOW - 301), SECRET)),
    "one of the future": ("bad_timestamp", lambda: (BODY, sign(at=NOW + 301), SECRET)),
    "no time": ("bad_timestamp", lambda: (BODY, {**sign(), "Webhook-Timestamp": "soon"}, SECRET)),
    "no signature": ("missing_header", lambda: (BODY, {"webhook-id": "x", "webhook-timestamp": str(NOW)}, SECRET)),
    "garbage for a signature": ("bad_signature", lambda: (BODY, {**sign(), "Webhook-Signature": "v1,%%% v1,"}, SECRET)),
    "a secret that is none": ("bad_secret", lambda: (BODY, sign(), "whsec_%%%")),
    "a body that is no JSON": ("malformed_json", lambda: ("{", sign("{"), SECRET)),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_to_be_believed_is_refused_by_name(what: str) -> None:
    code, make = WRONG[what]
    body, headers, secret = make()
    with pytest.raises(WebhookError) as raised:
        verify_webhook(body, headers, secret, now=NOW)
    assert raised.value.code == code
