"""Tries PyJWT with the test vectors of a folder, and prints what it accepts: python3 try.py FOLDER"""
import json
import pathlib
import subprocess
import sys

import cryptography
import jwt

folder = pathlib.Path(sys.argv[1])


def read(name):
    return json.loads((folder / name).read_text("utf-8"))


class Keys(jwt.PyJWKClient):
    """The client that PyJWT's users have, of a key set that needs no network."""

    def __init__(self, key_set):
        super().__init__("https://issuer.example.com/jwks.json", cache_jwk_set=False)
        self.key_set = key_set

    def fetch_data(self):
        return self.key_set


def verify(token, group):
    """https://pyjwt.readthedocs.io/en/stable/usage.html#retrieve-rsa-signing-keys-from-a-jwks-endpoint"""
    key = Keys(group["keySet"]).get_signing_key_from_jwt(token).key
    jwt.decode(
        token, key, algorithms=group["algorithms"], audience=group["audience"], issuer=group["issuer"],
        options={"require": group["required"]},
    )


accepted = {}
for file in read("index.json")["files"]:
    if not file["kind"].startswith("oidc"):
        continue
    accepted[file["name"]] = {}
    for group in read(file["name"])["groups"]:
        taken = []
        for case in group["cases"]:
            try:
                verify(case["token"], group)
            except Exception:  # whatever it is, the token is not taken
                continue
            taken.append(case["name"])
        accepted[file["name"]][group["name"]] = " ".join(taken)


def revision():
    """The version, of a package of Debian's with its revision, by which Debian mends it without another version."""
    if "dist-packages" not in jwt.__file__:
        return jwt.__version__
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-jwt"], stdout=subprocess.PIPE, text=True, check=True).stdout


version = f"{revision()} with cryptography {cryptography.__version__}"
print(json.dumps([{"name": "PyJWT", "version": version, "accepted": accepted}]))
