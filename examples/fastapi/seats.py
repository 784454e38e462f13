"""Who may come in: access tokens of one seat server, checked without asking it for each of them."""

import base64
import hashlib
import json
import threading
import time
import urllib.request

import jwt


# How far the clocks of two machines may be apart. PyJWT grants it to `exp` as well, so the server keeps what was revoked in its
# list for longer than this.
LEEWAY_SECS = 30


class Seats:
    """Checks tokens of one site.

    `site` is the issuer that `licence-server init` prints. It ends with the fingerprint of the one key that may sign, so that
    whoever can change what the network answers cannot change whom we believe.
    """

    def __init__(self, server, site, product, list_secs=10):
        self.server, self.site, self.product = server, site, product
        # How long a list of revoked tokens is relied on: how long a sign-out may take to be known here.
        self.list_secs = list_secs
        self._lock, self._key, self._revoked, self._asked = threading.Lock(), None, None, float("-inf")

    def check(self, token):
        """The claims of a token that holds now; raises `jwt.InvalidTokenError`."""
        claims = self._verified(token, "at+jwt", self.product, issuer=self.site)
        if covers(self._taken_back(), claims):
            raise jwt.InvalidTokenError("it was taken back")
        return claims

    def _verified(self, token, typ, audience, **options):
        # PyJWT asks neither for the type nor for the claims that nobody names.
        if jwt.get_unverified_header(token).get("typ") != typ:
            raise jwt.InvalidTokenError(f"it is no {typ}")
        require = {"require": ["aud", "exp", "iat"]}
        options |= {"audience": audience, "leeway": LEEWAY_SECS, "options": require}
        return jwt.decode(token, self._site_key(), algorithms=["EdDSA"], **options)

    def _site_key(self):
        if self._key is None:
            keys = json.loads(self._get("/.well-known/jwks.json"))["keys"]
            of_site = [key for key in keys if self.site == f"urn:licence-site:{thumbprint(key)}"]
            if not of_site:
                raise jwt.InvalidTokenError("the server has not the key of this site")
            self._key = jwt.PyJWK.from_dict(of_site[0])
        return self._key

    def _taken_back(self):
        with self._lock:
            if time.monotonic() - self._asked > self.list_secs:
                text = self._get("/v1/revoked").decode().strip()
                self._revoked = self._verified(text, "revoked+jwt", f"revoked:{self.product}")
                self._asked = time.monotonic()
            return self._revoked

    def _get(self, path):
        with urllib.request.urlopen(self.server + path, timeout=5) as answer:
            return answer.read(2 << 20)


def covers(taken_back, claims):
    """Whether the list takes a token back: by one of its entries, or because a backup was restored since it was made."""
    is_of_another_life = claims["epoch"] != taken_back.get("epoch", claims["epoch"])
    if is_of_another_life and claims["iat"] <= taken_back["iat"]:
        return True
    return any(names(entry, claims) for entry in taken_back["revoked"])


def names(entry, claims):
    """Whether an entry is about a token: by its id, its sign-in, its person or the site, and its place in the log."""
    is_named = any(name in entry and entry[name] == claims.get(name) for name in ("jti", "sid", "sub"))
    return (is_named or entry.get("all", False)) and claims["seq"] < entry.get("before", float("inf"))


def thumbprint(key):
    """RFC 7638."""
    members = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()
