"""OAuth2 clients as people have them, against a server, in JSON lines.

{"url": URL, "username": NAME, "password": PASSWORD} -> {client: {"username": NAME, "rotated": BOOL}}

Each signs in as against FastAPI's `OAuth2PasswordBearer`, calls with the token, and calls again after the
token has ended, which makes the library refresh it.
"""

import json
import os
import sys

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from oauthlib.oauth2 import LegacyApplicationClient
from requests_oauthlib import OAuth2Session

# The tests' server speaks plain http, on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def form_by_hand(token_url, me_url, name, password):
    """What the documentation's login form and its Authorize button send."""
    form = {"grant_type": "password", "username": name, "password": password}
    form |= {"scope": "", "client_id": "", "client_secret": ""}
    token = httpx.post(token_url, data=form).raise_for_status().json()
    again = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    newer = httpx.post(token_url, data=again).raise_for_status().json()
    headers = {"Authorization": f"{newer['token_type']} {newer['access_token']}"}
    me = httpx.get(me_url, headers=headers).raise_for_status().json()
    return me, token, newer


def requests_oauthlib(token_url, me_url, name, password):
    kept = []
    session = OAuth2Session(
        client=LegacyApplicationClient(client_id="app"),
        auto_refresh_url=token_url,
        auto_refresh_kwargs={"client_id": "app"},
        token_updater=kept.append,
    )
    token = session.fetch_token(token_url, username=name, password=password)
    session.get(me_url).raise_for_status()
    session.token = {**token, "expires_in": -1, "expires_at": 1}
    me = session.get(me_url)
    me.raise_for_status()
    return me.json(), token, kept[0]


def authlib(token_url, me_url, name, password):
    with OAuth2Client("app", "of no meaning here", token_endpoint=token_url) as client:
        token = dict(client.fetch_token(token_url, username=name, password=password))
        client.get(me_url).raise_for_status()
        client.token = {**token, "expires_at": 1}
        me = client.get(me_url).raise_for_status().json()
        return me, token, client.token


def visit(url, username, password):
    clients = {}
    for client in (form_by_hand, requests_oauthlib, authlib):
        me, token, newer = client(f"{url}/v1/auth/token", f"{url}/v1/me", username, password)
        rotated = newer["refresh_token"] != token["refresh_token"]
        clients[client.__name__] = {"username": me["username"], "rotated": rotated}
    return clients


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(visit(**json.loads(line))), flush=True)
