# Signs requests with botocore, the signer of the AWS CLI. In: a JSON list of requests. Out: the same list,
# each with the URL and the headers to send.
import json
import sys

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

requests = json.load(sys.stdin)
for r in requests:
    credentials = Credentials(r["accessKeyID"], r["secret"], r["token"] or None)
    signer = SigV4QueryAuth if r["presigned"] else SigV4Auth
    signed = AWSRequest(method=r["method"], url=r["url"], data=r["body"].encode())
    for name, value in r["headers"]:
        signed.headers.add_header(name, value)
    signer(credentials, "execute-api", "eu-west-1").add_auth(signed)
    r["url"] = signed.url
    r["headers"] = list(signed.headers.items())
json.dump(requests, sys.stdout)
