"""The API beside a real seat server, which `licence-server dev` makes: whose people and tokens are the server's."""

import importlib
import os
import pathlib
import subprocess
import time
import unittest

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

PROGRAM = pathlib.Path(os.environ["LICENCE_PROGRAMS"]) / "licence-server"
API = "http://localhost:8000"


class Server:
    """A seat server that has a licence for three and knows two people, until the tests have ended."""

    def __init__(self):
        people = ["--user", "ada:ada-password:admin", "--user", "ben:ben-password"]
        command = [PROGRAM, "dev", "--listen", "127.0.0.1:0", "--origin", API, *people]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.says = {}
        for line in self.process.stdout:
            name, is_setting, value = line.strip().partition("=")
            if is_setting:
                self.says[name] = value
            if line.startswith("listening on "):
                break
        self.url = self.says["LICENCE_SERVER"]

    def end(self):
        self.process.kill()
        self.process.communicate()


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.end)
        os.environ.update(cls.server.says)
        cls.main = importlib.import_module("main")
        # Every request asks whether a token was taken back, so that no test has to wait for it.
        cls.main.seats.list_secs = 0
        cls.api = TestClient(cls.main.app)

    def sign_in(self, name):
        """What Swagger's button sends: a form, from the page of another origin."""
        form = {"grant_type": "password", "username": name, "password": f"{name}-password"}
        url = self.api.get("/openapi.json").json()["components"]["securitySchemes"]["OAuth2PasswordBearer"]
        answer = httpx.post(url["flows"]["password"]["tokenUrl"], data=form, headers={"Origin": API})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.headers["access-control-allow-origin"], API)
        return answer.json()

    def status(self, path, token=None):
        return self.get(path, token).status_code

    def get(self, path, token=None):
        return self.api.get(path, headers={"Authorization": f"Bearer {token}"} if token else {})

    def test_a_page_is_for_everyone(self):
        self.assertEqual(self.status("/"), 200)

    def test_a_page_is_for_authorised_users_only(self):
        self.assertEqual(self.status("/members"), 401)
        ben = self.sign_in("ben")["access_token"]
        claims = jwt.decode(ben, options={"verify_signature": False})
        self.assertEqual(self.get("/members", ben).json()["you"], claims["sub"])

    def test_a_page_is_for_admins_only(self):
        self.assertEqual(self.status("/admin"), 401)
        self.assertEqual(self.status("/admin", self.sign_in("ben")["access_token"]), 403)
        self.assertEqual(self.status("/admin", self.sign_in("ada")["access_token"]), 200)

    def test_whoever_has_signed_out_is_nobody(self):
        signed_in = self.sign_in("ben")
        self.assertEqual(self.status("/members", signed_in["access_token"]), 200)
        form = {"refresh_token": signed_in["refresh_token"]}
        self.assertEqual(httpx.post(f"{self.server.url}/v1/auth/logout", data=form).status_code, 204)
        answer = self.get("/members", signed_in["access_token"])
        self.assertEqual((answer.status_code, answer.json()["detail"]), (401, "it was taken back"))

    def test_a_token_for_administration_opens_nothing(self):
        form = {"grant_type": "password", "username": "ada", "password": "ada-password", "scope": "admin"}
        admin = httpx.post(f"{self.server.url}/v1/auth/token", data=form).json()["access_token"]
        self.assertEqual(self.status("/members", admin), 401)

    def test_the_list_of_revoked_tokens_is_no_token(self):
        revoked = httpx.get(f"{self.server.url}/v1/revoked").text.strip()
        self.assertEqual(self.get("/members", revoked).json()["detail"], "it is no at+jwt")

    def test_a_token_that_another_key_signed_is_refused(self):
        genuine = self.sign_in("ben")["access_token"]
        claims = jwt.decode(genuine, options={"verify_signature": False})
        header = jwt.get_unverified_header(genuine)
        forged = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=header)
        self.assertEqual(self.status("/members", forged), 401)

    def test_a_server_that_is_not_the_pinned_site_is_not_believed(self):
        token = self.sign_in("ben")["access_token"]
        other = self.main.Seats(self.server.url, "urn:licence-site:" + "A" * 43, "dev-app")
        with self.assertRaisesRegex(jwt.InvalidTokenError, "not the key of this site"):
            other.check(token)

    def test_a_clock_may_be_half_a_minute_off_and_no_more(self):
        key = Ed25519PrivateKey.generate()
        seats = self.main.Seats(self.server.url, self.main.seats.site, self.main.seats.product)
        public = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        seats._key = jwt.PyJWK.from_dict({**public, "alg": "EdDSA"})

        def holds(begins_in, ends_in):
            now = time.time()
            claims = {"iss": seats.site, "aud": seats.product, "iat": now + begins_in, "exp": now + ends_in}
            token = jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt"})
            try:
                return bool(seats._verified(token, "at+jwt", seats.product, issuer=seats.site))
            except (jwt.ImmatureSignatureError, jwt.ExpiredSignatureError):
                return False

        self.assertTrue(holds(20, 920))
        self.assertFalse(holds(60, 960))
        self.assertTrue(holds(-900, -20))
        self.assertFalse(holds(-900, -60))


if __name__ == "__main__":
    unittest.main()
