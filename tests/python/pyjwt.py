"""PyJWT with ordinary options, asked in JSON lines.

{"verify": TOKEN, "key": JWK, "audience": AUD, "now": SECS} -> {"claims": {…}} or {"error": NAME}
{"sign": CLAIMS, "header": {…}, "key": PRIVATE JWK}         -> {"token": TOKEN}
"""

import datetime
import json
import sys

import jwt
import jwt.api_jwt


def clock_at(now):
    """The clock that PyJWT reads, which it offers no option for."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(now, tz)

    return Clock


def verify(question):
    jwt.api_jwt.datetime = clock_at(question["now"])
    key = jwt.PyJWK.from_dict(question["key"])
    try:
        claims = jwt.decode(
            question["verify"], key, algorithms=["EdDSA"], audience=question["audience"]
        )
    except jwt.InvalidTokenError as error:
        return {"error": type(error).__name__}
    return {"claims": claims}


def sign(question):
    key = jwt.PyJWK.from_dict(question["key"])
    token = jwt.encode(question["sign"], key, algorithm="EdDSA", headers=question["header"])
    return {"token": token}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(verify(asked) if "verify" in asked else sign(asked)), flush=True)
