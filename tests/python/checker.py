"""A verifier in another language, written from docs/FORMAT.md alone.

It is the proof that nothing is missing there.

Reads a vector from each line of standard input and answers with its verdict (FORMAT.md, section 9).
"""

import base64
import hashlib
import json
import re
import sys
import unicodedata

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER = {0, 1, P - 1, Y8, P - Y8}
FILE_MAX, KEY_MAX, DAY = 2_097_152, 8_192, 86_400
SIZES = {"access": 8_192, "revocations": 1_048_576, "revoked": 1_048_576}
TYPES = {
    "access": "at+jwt",
    "revoked": "revoked+jwt",
    "lease": "lease+jwt",
    "checkpoint": "checkpoint+jwt",
    "usage": "usage+jwt",
    "licence": "licence+jwt",
    "issuer": "issuer+jwt",
    "revocations": "revocations+jwt",
    "request": "request+jwt",
}
LABELS = {
    "licence": "LICENCE",
    "issuer": "ISSUER KEY",
    "revocations": "REVOCATIONS",
    "request": "LICENCE REQUEST",
}
ALL_LABELS = set(LABELS.values()) | {"PUBLIC KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}
SPKI = bytes.fromhex("302a300506032b6570032100")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Refused(Exception):
    def __init__(self, code, at=None):
        self.code, self.at = code, at


def need(condition, code="malformed", at=None):
    if not condition:
        raise Refused(code, at)


# Notations (section 1)


def canonical_base64(text, alphabet, padded):
    need(re.fullmatch(rf"[A-Za-z0-9{alphabet}]*={{0,2}}", text) and (padded or "=" not in text))
    full = text if padded else text + "=" * (-len(text) % 4)
    need(len(full) % 4 == 0)
    try:
        data = base64.b64decode(full, alphabet.replace("\\", ""), validate=True)
    except ValueError:
        raise Refused("malformed") from None
    need(base64.b64encode(data, alphabet.replace("\\", "").encode()).decode() == full)
    return data


def base64url(text):
    return canonical_base64(text, "\\-_", padded=False)


def fixed(size):
    return lambda value: need(isinstance(value, str) and len(base64url(value)) == size)


def parse_json(data):
    def members(pairs):
        need(len(pairs) <= 256 and len({name for name, _ in pairs}) == len(pairs))
        return dict(pairs)

    def integer(text):
        number = int(text) if len(text) < 21 and text != "-0" else None
        return number if number is not None and -(2**63) <= number < 2**63 else Number(text)

    try:
        text = data.decode("utf-8")
        need(not text.startswith("\ufeff") and depth(text) <= 16)
        readers = {"parse_int": integer, "parse_float": Number, "parse_constant": reject}
        value = json.loads(text, object_pairs_hook=members, **readers)
        # Half of a surrogate pair is read, and cannot be written.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    return value


class Number(str):
    """A number that is no integer."""


def reject(_):
    raise Refused("malformed")


def depth(text):
    deepest = now = 0
    for c in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text, re.S):
        now += (c in "[{") - (c in "]}") if len(c) == 1 else 0
        deepest = max(deepest, now)
    return deepest


# Values (sections 1, 2 and 5): each a function that refuses what is not as it should be


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def between(low, high):
    return lambda value: need(is_int(value) and low <= value <= high)


def string(value):
    need(isinstance(value, str) and not isinstance(value, Number))


def exactly(expected):
    return lambda value: (string(value), need(value == expected))


def pattern(regex):
    return lambda value: (string(value), need(re.fullmatch(regex, value)))


def is_control(c):
    return unicodedata.category(c) == "Cc"


HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)


def text(value):
    string(value)
    need(1 <= len(value) <= 200 and value.strip() == value and not any(map(is_control, value)))
    need(not re.search(f"[{HIDDEN}]", value))
    # What stands between joiners is never nothing.
    need(all(re.split("[\u200c\u200d]", value)))


def word(value):
    string(value)
    need(len(value) <= 200 and not any(map(is_control, value)))
    need(not re.search(f"[{HIDDEN}]", value))


def session_data(value):
    need(isinstance(value, dict) and len(shortest(value).encode()) <= 1_024)


def shortest(value):
    """The one spelling whose length counts; a number is as it was signed."""
    if isinstance(value, dict):
        members = (f"{shortest(name)}:{shortest(one)}" for name, one in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(shortest, value))}]"
    if isinstance(value, str) and not isinstance(value, Number):
        escaped = re.sub(r'["\\]', r"\\\g<0>", value)
        return '"' + re.sub(r"[\x00-\x1f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'
    is_word = value is None or isinstance(value, bool)
    return json.dumps(value) if is_word else str(value)


def array(item, at_most=None):
    def check(value):
        need(isinstance(value, list) and (at_most is None or len(value) <= at_most))
        for one in value:
            item(one)

    return check


def obj(**claims):
    """An object; a name that ends in `_` may be missing."""

    def check(value):
        need(isinstance(value, dict))
        for name, check_claim in claims.items():
            own = name.removesuffix("_")
            if own in value:
                check_claim(value[own])
            else:
                need(name.endswith("_"))

    return check


def serial(value):
    pattern(rf"[{CROCKFORD}]{{4}}(-[{CROCKFORD}]{{4}}){{3}}")(value)
    digits = [CROCKFORD.index(c) for c in reversed(value.replace("-", ""))]
    products = [digit * (1 + at % 2) for at, digit in enumerate(digits)]
    need(sum(n // 32 + n % 32 for n in products) % 32 == 0)


def feature(value):
    if isinstance(value, list):
        array(word, 64)(value)
    elif is_int(value):
        need(abs(value) < 2**53)
    elif not isinstance(value, bool):
        word(value)


def features(value):
    need(isinstance(value, dict) and len(value) <= 128)
    for name, one in value.items():
        identifier(name)
        feature(one)


def sound_key(data):
    y = int.from_bytes(data, "little") & (2**255 - 1)
    need(len(data) == 32 and y < P and y not in SMALL_ORDER)
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    need(pow(x2, (P - 1) // 2, P) == 1)
    return data


def key_id(key):
    x = base64.urlsafe_b64encode(key).decode().rstrip("=")
    digest = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def jwk(value):
    need(isinstance(value, dict) and set(value) <= {"kty", "crv", "x", "kid", "alg", "use"})
    obj(kty=exactly("OKP"), crv=exactly("Ed25519"), x=fixed(32))(value)
    obj(alg_=pattern("EdDSA|Ed25519"), use_=exactly("sig"))(value)
    key = sound_key(base64url(value["x"]))
    need(value.get("kid", key_id(key)) == key_id(key))
    return key


def key_of(claims):
    return jwk(claims["cnf"]["jwk"]) if "cnf" in claims else None


count, positive = between(0, 2**32 - 1), between(1, 2**32 - 1)
time = between(1_577_836_800, 253_402_300_799)
identifier = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
uuid = pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
kid = fixed(32)
cnf = obj(jwk=jwk)
institute = obj(name=text, affiliation_=text)
million = between(1, 1_000_000)
seat_members = obj(
    active_max=million,
    registered_max_=count,
    per_=pattern("user|session"),
    overage_=between(0, 1_000_000),
    lease_secs_=between(300, 86_400),
    idle_secs_=positive,
    sessions_max_=positive,
    borrow_=obj(days_max=count, seats_max=count),
)


def seats(value):
    seat_members(value)
    total = value["active_max"] + value.get("overage", 0)
    need(value.get("borrow", {"seats_max": 0})["seats_max"] <= total)


def product_of(kind):
    return pattern(rf"{kind}:[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}")


def audience(kind):
    return lambda claims: need(claims["aud"] == f"{kind}:{claims['iss']}")


def licence_times(claims):
    nbf, exp = claims["nbf"], claims.get("exp")
    warn, grace = claims.get("warn_at"), claims.get("grace_until")
    need(exp is not None or (warn is None and grace is None))
    need(exp is None or nbf < exp)
    need(warn is None or nbf < warn < exp)
    need(grace is None or exp < grace)


def revoked_licence(value):
    need(isinstance(value, dict) and ("jti" in value) != ("serial" in value or "below" in value))
    (obj(jti=uuid) if "jti" in value else obj(serial=serial, below=count))(value)


def revoked_tokens(value):
    need(isinstance(value, dict) and len({"sid", "jti", "sub", "all"} & set(value)) == 1)
    before = between(0, 2**63 - 1)
    obj(sid_=uuid, jti_=uuid, sub_=uuid, all_=true, until=time, before_=before)(value)


def true(value):
    need(value is True)


def epoch(value):
    pattern("(0|[1-9][0-9]{0,9})-[0-9a-f]{16}")(value)
    need(int(value.split("-")[0]) < 2**32)


def start_before_end(start):
    return lambda claims: need(claims[start] < claims["exp"])


def not_for(other):
    """An `at+jwt` that opens the other thing, whatever else it says."""
    openers = {"admin": product_of("admin"), "application": identifier}

    def check(claims):
        try:
            openers[other](claims["aud"])
        except Refused:
            return
        raise Refused("wrong_product")

    return check


def midnight(value):
    time(value)
    need(value % DAY == 0)


def usage_days(claims):
    midnight(claims["from"])
    days = len(claims["days"])
    need(days > 0)
    need(claims["until"] - claims["from"] == days * DAY)
    need(claims["iat"] >= claims["until"] - DAY)


USAGE_DAY = obj(
    seats=count,
    peak=count,
    p95=count,
    people=count,
    refused=count,
    resets_=count,
    accepts_=count,
    disputes_=count,
)
POSITION = obj(epoch=epoch, seq=between(0, 2**63 - 1), head=fixed(16))
SIGN_IN = (
    obj(iss=text, sub=uuid, client_id=text, iat=time, exp=time, jti=uuid, nbf_=time),
    obj(sid=uuid, auth_time=time, scope=text, roles=array(identifier, 32), ext_id_=text),
    POSITION,
    start_before_end("iat"),
    lambda claims: need(claims.get("nbf", claims["iat"]) <= claims["iat"]),
)
CLAIMS = {
    "licence": (
        obj(iss=text, sub=uuid, aud=identifier, jti=uuid, iat=time, nbf=time),
        obj(exp_=time, warn_at_=time, grace_until_=time, serial=serial, revision=positive),
        obj(institute=institute, seats=seats, features_=features, cnf_=cnf),
        obj(revocations_min_=count, env_=exactly("test")),
        licence_times,
    ),
    "issuer": (
        obj(iss=text, aud=string, jti=uuid, iat=time, nbf=time, exp=time, cnf=cnf),
        obj(products_=array(identifier, 64), seats_max_=million),
        audience("issuer"),
        start_before_end("nbf"),
    ),
    "revocations": (
        obj(iss=text, aud=string, iat=time, seq=positive),
        obj(licences=array(revoked_licence), keys=array(obj(kid=kid, keep=array(fixed(16))))),
        audience("revocations"),
    ),
    "request": (
        obj(aud=product_of("request"), iat=time),
        obj(nonce=fixed(16), institute=institute, cnf=cnf),
    ),
    "access": (
        obj(aud=string),
        not_for("admin"),
        obj(aud=identifier, lic=uuid, features_=features, dat_=session_data),
        *SIGN_IN,
    ),
    "admin": (obj(aud=string), not_for("application"), obj(aud=product_of("admin")), *SIGN_IN),
    "revoked": (
        obj(aud=product_of("revoked"), iat=time, exp=time, epoch_=epoch),
        obj(revoked=array(revoked_tokens, 10_000)),
        start_before_end("iat"),
    ),
    "lease": (
        obj(iss=text, aud=product_of("lease"), sub=uuid, jti=uuid, sid=uuid, iat=time, exp=time),
        obj(lic=uuid, cnf=cnf),
        start_before_end("iat"),
    ),
    "checkpoint": (obj(aud=product_of("checkpoint"), iat=time), POSITION),
    "usage": (
        obj(aud=product_of("usage"), iat=time, start=POSITION, end=POSITION),
        obj(**{"from": midnight}, until=midnight, days=array(USAGE_DAY, 366), previous_=fixed(16)),
        usage_days,
    ),
}


# The compact form and files (sections 3 and 4)


def open_as(kind, data, keys, claims_of=None):
    """The claims, and the key that signed.

    `keys` maps key ids to keys, or is None where the text carries its own.
    """
    try:
        return open_unlocated(kind, data, keys, claims_of or kind)
    except Refused as refused:
        raise Refused(refused.code, kind) from None


def open_unlocated(kind, data, keys, claims_of):
    need(len(data) <= SIZES.get(kind, 65_536), "too_large")
    segments = data.decode("latin-1").split(".")
    need(len(segments) == 3)
    header, payload, signature = map(base64url, segments)
    need(len(signature) == 64 and len(header) <= 512)
    header = parse_json(header)
    obj(alg=pattern("EdDSA|Ed25519"), typ=string, kid=kid)(header)
    need(set(header) == {"alg", "typ", "kid"})
    need(header["typ"] == TYPES[kind], "wrong_type")
    if keys is None:
        claims = read_claims(kind, payload)
        keys = {key_id(key_of(claims)): key_of(claims)}
    need(header["kid"] in keys, "unknown_key")
    key = keys[header["kid"]]
    need(verifies(key, data.rsplit(b".", 1)[0], signature), "bad_signature")
    return read_claims(claims_of, payload), key


def digest(data):
    signing_input = data.rsplit(b".", 1)[0]
    first = hashlib.sha256(signing_input).digest()[:16]
    return base64.urlsafe_b64encode(first).decode().rstrip("=")


def verifies(key, message, signature):
    # The library recomputes R and compares its bytes, and wants S < L; small order is left to us.
    if int.from_bytes(signature[:32], "little") & (2**255 - 1) in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def read_claims(kind, payload):
    claims = parse_json(payload)
    need(isinstance(claims, dict) and ("ver" in claims or kind in ("access", "admin")))
    need(is_int(claims.get("ver", 1)))
    need(claims.get("ver", 1) == 1, "unsupported_version")
    for check in CLAIMS[kind]:
        check(claims)
    return claims


def armoured_blocks(data):
    blocks, label, body = [], None, []
    for line in data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n"):
        line = line.removesuffix("\r")
        if label is None:
            if line:
                begin = re.fullmatch("-----BEGIN (.*)-----", line, re.S)
                need(begin and begin[1] in ALL_LABELS)
                label, body = begin[1], []
        elif line.startswith("-"):
            need(line == f"-----END {label}-----" and body)
            need(all(len(one) == 64 for one in body[:-1]))
            content = canonical_base64("".join(body), "+/", padded=True)
            need(content)
            blocks.append((label, content))
            label = None
        else:
            need(1 <= len(line) <= 64)
            body.append(line)
    need(label is None and blocks)
    return blocks


def read_file(data, kinds):
    """The compact texts by kind; the first kind is the one that must be there."""
    need(len(data) <= FILE_MAX, "too_large", "file")
    if b"-----BEGIN " not in data:
        return {kinds[0]: data}
    try:
        blocks = armoured_blocks(data)
        by_label = {LABELS[kind]: kind for kind in kinds}
        found = [by_label.get(label) for label, _ in blocks]
        need(found[0] == kinds[0] and found == [kind for kind in kinds if kind in found])
    except Refused as refused:
        raise Refused(refused.code, "file") from None
    return {kind: text for kind, (_, text) in zip(found, blocks)}


def read_key(data):
    need(len(data) <= KEY_MAX, "too_large", "key")
    try:
        if data.lstrip(b" \t\n\x0c\r").startswith(b"{"):
            return jwk(parse_json(data))
        blocks = armoured_blocks(data)
        label, der = blocks[0]
        need(len(blocks) == 1 and label == "PUBLIC KEY" and der.startswith(SPKI))
        return sound_key(der.removeprefix(SPKI))
    except Refused as refused:
        raise Refused(refused.code, "key") from None


# Verification (sections 6 and 7)


def accept(data, roots, policy):
    """Steps 1 to 10: what a licence, its signers and the lists that count come to."""
    held, filed = None, None
    if "revocations" in policy:
        held = open_list(content(policy["revocations"]), roots)
    file = read_file(data, ["licence", "issuer", "revocations"])
    if "revocations" in file:
        filed = open_as("revocations", file["revocations"], roots)
    issuer, root, keys = None, None, roots
    if "issuer" in file:
        issuer, root = open_as("issuer", file["issuer"], roots)
        delegated = key_of(issuer)
        need(key_id(delegated) not in roots, "unknown_key", "issuer")
        keys = {key_id(delegated): delegated}
    licence, signer = open_as("licence", file["licence"], keys)
    need(not filed or filed[0]["iss"] == licence["iss"], "unknown_key", "revocations")
    if issuer:
        check_limits(issuer, licence)
    site = key_of(licence)
    need(site is None or (key_id(site) not in roots and site != signer), "unknown_key", "licence")
    if held and held[0]["iss"] != licence["iss"]:
        held = None
    lists = counting(filed, held) if filed and held else [one[0] for one in (filed, held) if one]
    own = jwk(policy["site"]) if "site" in policy else None
    need(policy.get("product", licence["aud"]) == licence["aud"], "wrong_product", "licence")
    need(site or policy.get("allow_unbound"), "unbound", "licence")
    need(not site or not own or site == own, "wrong_site", "licence")
    need("env" not in licence or policy.get("allow_test"), "test_licence", "licence")
    return {
        "licence": licence,
        "digest": digest(file["licence"]),
        "signer": signer,
        "issuer": issuer,
        "issuer_digest": digest(file["issuer"]) if issuer else None,
        "root": root or signer,
        "site": site or own,
        "lists": lists,
    }


def open_list(data, roots):
    return open_as("revocations", read_file(data, ["revocations"])["revocations"], roots)


def counting(*lists):
    """Step 9, for two lists of the licence's vendor, each with its signer."""
    (one, one_signer), (two, two_signer) = lists

    def bans(banning, signer):
        return any(entry["kid"] == key_id(signer) for entry in banning["keys"])

    one_banned, two_banned = bans(two, one_signer), bans(one, two_signer)
    if one_banned != two_banned:
        return [two if one_banned else one]
    is_same = all(one[name] == two[name] for name in ("iat", "licences", "keys"))
    need(one["seq"] != two["seq"] or is_same, "malformed", "revocations")
    return [one, two] if one_banned else [max(one, two, key=lambda each: each["seq"])]


def check_limits(issuer, licence):
    need(issuer["iss"] == licence["iss"], "unknown_key", "issuer")
    need(licence["aud"] in issuer.get("products", [licence["aud"]]), "wrong_product", "issuer")
    need(licence["iat"] >= issuer["nbf"], "not_yet_valid", "issuer")
    need(licence["iat"] < issuer["exp"], "expired", "issuer")
    granted = licence["seats"]["active_max"] + licence["seats"].get("overage", 0)
    need(granted <= issuer.get("seats_max", granted), "exceeds_licence", "issuer")


def state_at(accepted, now):
    """Steps 11 to 14."""
    licence, issuer, lists = accepted["licence"], accepted["issuer"], accepted["lists"]
    need(all(now + DAY >= one["iat"] for one in lists), "not_yet_valid", "revocations")
    seq = min((one["seq"] for one in lists), default=0)
    need(seq >= licence.get("revocations_min", 0), "revoked", "revocations")
    if issuer:
        is_banned = banned(lists, accepted["root"], accepted["issuer_digest"])
        need(not is_banned, "revoked", "issuer")
    need(now + DAY >= max(licence["iat"], licence["nbf"]), "not_yet_valid", "licence")
    end = licence.get("grace_until", licence.get("exp"))
    need(end is None or now < end, "expired", "licence")
    for one in (entry for each in lists for entry in each["licences"]):
        is_below = one.get("serial") == licence["serial"] and licence["revision"] < one["below"]
        need(one.get("jti") != licence["jti"] and not is_below, "revoked", "licence")
    need(not banned(lists, accepted["signer"], accepted["digest"]), "revoked", "licence")
    if now >= licence.get("exp", now + 1):
        return "grace"
    return "expiring" if now >= licence.get("warn_at", now + 1) else "valid"


def banned(lists, key, signed):
    entries = (entry for one in lists for entry in one["keys"])
    return any(entry["kid"] == key_id(key) and signed not in entry["keep"] for entry in entries)


def licence(vector, data, roots):
    accepted = accept(data, roots, vector.get("policy", {}))
    state, claims = state_at(accepted, vector["now"]), accepted["licence"]
    seats, root = claims["seats"]["active_max"], key_id(accepted["root"])
    return {"state": state, "jti": claims["jti"], "seats": seats, "root": root}


def access(vector, data, roots):
    now = vector["now"]
    accepted = accept(content(vector["licence"]), roots, vector.get("policy", {}))
    keys = site_of(accepted)
    taken_back = {"revoked": []}
    if "revoked" in vector:
        taken_back = open_revoked(accepted, content(vector["revoked"]), now)
    token, _ = open_as("access", data, keys)
    check_life(token, now, "access")
    state_at(accepted, token["iat"])
    if taken_back.get("epoch", token["epoch"]) != token["epoch"]:
        need(token["iat"] > taken_back["iat"], "revoked", "access")
    for one in taken_back["revoked"]:
        is_of = all(one[name] == token[name] for name in ("sid", "jti", "sub") if name in one)
        is_meant = now < one["until"] and token["seq"] < one.get("before", token["seq"] + 1)
        need(not (is_of and is_meant), "revoked", "access")
    granted = accepted["licence"]
    need(token["aud"] == granted["aud"], "exceeds_licence", "access")
    need(token["exp"] - token["iat"] <= 3600, "exceeds_licence", "access")
    need(token["lic"] == granted["jti"], "licence_changed", "access")
    for name, value in token.get("features", {}).items():
        grant = granted.get("features", {}).get(name)
        need(type(grant) is type(value) and grant == value, "exceeds_licence", "access")
    return {"jti": token["jti"], "sub": token["sub"]}


def site_of(accepted):
    need(accepted["site"], "unbound", "licence")
    return {key_id(accepted["site"]): accepted["site"]}


def check_life(claims, now, at):
    need(now + 30 >= claims["iat"], "not_yet_valid", at)
    need(now < claims["exp"], "expired", at)


def admin(vector, data, _):
    site, product = jwk(vector["policy"]["site"]), vector["policy"]["product"]
    token, _ = open_as("access", data, {key_id(site): site}, claims_of="admin")
    need(token["aud"] == f"admin:{product}", "wrong_product", "access")
    check_life(token, vector["now"], "access")
    need(token["exp"] - token["iat"] <= 3600, "exceeds_licence", "access")
    return {"jti": token["jti"], "sub": token["sub"]}


def open_revoked(accepted, data, now):
    claims, _ = open_as("revoked", data, site_of(accepted))
    is_own = claims["aud"] == f"revoked:{accepted['licence']['aud']}"
    need(is_own, "wrong_product", "revoked")
    check_life(claims, now, "revoked")
    return claims


def revoked(vector, data, roots):
    accepted = accept(content(vector["licence"]), roots, vector.get("policy", {}))
    claims = open_revoked(accepted, data, vector["now"])
    return {"iat": claims["iat"], "entries": len(claims["revoked"])}


def lease(vector, data, roots):
    now = vector["now"]
    accepted = accept(content(vector["licence"]), roots, vector.get("policy", {}))
    claims, _ = open_as("lease", data, site_of(accepted))
    check_life(claims, now, "lease")
    state_at(accepted, claims["iat"])
    granted = accepted["licence"]
    need(claims["aud"] == f"lease:{granted['aud']}", "exceeds_licence", "lease")
    days = granted["seats"].get("borrow", {"days_max": 0})["days_max"]
    need(claims["exp"] - claims["iat"] <= days * DAY, "exceeds_licence", "lease")
    end = granted.get("grace_until", granted.get("exp", claims["exp"]))
    need(claims["exp"] <= end, "exceeds_licence", "lease")
    need(claims["lic"] == granted["jti"], "licence_changed", "lease")
    return {"jti": claims["jti"], "sub": claims["sub"], "key": key_id(key_of(claims))}


def open_usage(accepted, data):
    claims, _ = open_as("usage", data, site_of(accepted))
    need(claims["aud"] == f"usage:{accepted['licence']['aud']}", "wrong_product", "usage")
    return claims, digest(data)


def need_onward(before, after):
    """A log that stood at one place and later at the other."""
    (old, old_tag), (new, new_tag) = ((int(n), tag) for n, tag in map(epoch_parts, (before, after)))
    if new > old:
        return
    need(new == old, "log_rolled_back", "usage")
    need(new_tag == old_tag, "log_forked", "usage")
    need(after["seq"] >= before["seq"], "log_rolled_back", "usage")
    is_same = after["seq"] != before["seq"] or after["head"] == before["head"]
    need(is_same, "log_forked", "usage")


def epoch_parts(position):
    return position["epoch"].split("-")


def usage(vector, data, roots):
    accepted = accept(content(vector["licence"]), roots, vector.get("policy", {}))
    before = open_usage(accepted, content(vector["previous"])) if "previous" in vector else None
    claims, _ = open_usage(accepted, data)
    need_onward(claims["start"], claims["end"])
    need(not any(day.get("resets") for day in claims["days"]), "clock_lowered", "usage")
    granted = accepted["licence"]
    seats = granted["seats"]["active_max"] + granted["seats"].get("overage", 0)
    outgoing = max(43_200, granted["seats"].get("lease_secs", 930))
    end = granted.get("grace_until", granted.get("exp", 2**62)) + outgoing
    for number, day in enumerate(claims["days"]):
        began = claims["from"] + number * DAY
        in_force = granted["nbf"] < began + DAY and began < end
        need(day["peak"] <= (seats if in_force else 0), "exceeds_licence", "usage")
    if before:
        old, name = before
        need_onward(old["end"], claims["end"])
        is_next = claims.get("previous") == name and claims["start"] == old["end"]
        need(is_next, "statement_missing", "usage")
        whole_until = min(old["until"], old["iat"] - old["iat"] % DAY)
        need(claims["from"] <= whole_until, "missing_days", "usage")
        need(claims["iat"] >= old["iat"], "clock_lowered", "usage")
    return {"from": claims["from"], "days": len(claims["days"]), "seq": claims["end"]["seq"]}


def checkpoint(vector, data, _):
    site, product = jwk(vector["policy"]["site"]), vector["policy"]["product"]
    claims, _ = open_as("checkpoint", data, {key_id(site): site})
    need(claims["aud"] == f"checkpoint:{product}", "wrong_product", "checkpoint")
    return {"epoch": claims["epoch"], "seq": claims["seq"]}


def request(vector, data, _):
    claims, site = open_as("request", read_file(data, ["request"])["request"], None)
    need(vector["now"] + DAY >= claims["iat"], "not_yet_valid", "request")
    return {"product": claims["aud"].removeprefix("request:"), "site": key_id(site)}


def revocations(_, data, roots):
    return {"seq": open_list(data, roots)[0]["seq"]}


def key(_, data, __):
    return {"kid": key_id(read_key(data))}


VERIFY = {
    "licence": licence,
    "access": access,
    "admin": admin,
    "revoked": revoked,
    "lease": lease,
    "checkpoint": checkpoint,
    "usage": usage,
    "request": request,
    "revocations": revocations,
    "key": key,
}


# Vectors (section 9)


def content(value):
    if isinstance(value, dict):
        return base64url(value["base64url"])
    pieces = [value] if isinstance(value, str) else value
    return "".join(p if isinstance(p, str) else p["repeat"] * p["times"] for p in pieces).encode()


def verdict(vector):
    roots = {key_id(key): key for key in map(jwk, vector.get("roots", []))}
    try:
        return {"ok": VERIFY[vector["verify"]](vector, content(vector["input"]), roots)}
    except Refused as refused:
        return {"refused": {"at": refused.at, "code": refused.code}}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"name": asked["name"], "verdict": verdict(asked)}), flush=True)
