import pytest

# What PyJWT and json read though it is badly written. Whoever writes it so needs the issuer's key.
LENIENT = {
    "base64-trailing-bits-claims",
    "base64-trailing-bits-signature",
    "header-bom",
    "header-utf-16",
    "header-duplicate-alg",
    "header-duplicate-alg-none-first",
    "header-duplicate-escaped",
    "header-duplicate-kid",
    "claims-bom",
    "claims-utf-16",
    "claims-utf-8-surrogate",
    "claims-lone-surrogate",
    "claims-nan",
    "claims-duplicate-at-depth",
    "claims-duplicate-in-list",
    "claims-duplicate-escaped-at-depth",
    "claims-duplicate-exp",
    "claims-duplicate-exp-old-first",
    "claims-duplicate-escaped",
    "claims-duplicate-iss",
    "claims-duplicate-unknown",
    "exp-int64-overflow",
    "nbf-string",
}


def test_without_keys_it_cannot_tell_which_is_no_401(issuer, handler, event):
    issuer.outage("on")
    with pytest.raises(Exception) as failure:
        handler(event(issuer.token(), "GET /orders/7"))
    issuer.outage("off")
    assert str(failure.value) != "Unauthorized"


@pytest.mark.parametrize("scopes", ["", "orders/read", "orders/write", "orders/read orders/write"])
def test_one_answer_is_right_for_all_routes(issuer, handler, event, evaluate, scopes):
    evaluated = evaluate(handler(event(issuer.token("--scope", scopes), "GET /orders/7")), scopes)
    assert evaluated.returncode == 0, evaluated.stdout + evaluated.stderr


@pytest.mark.parametrize("flag", ["--expires=-1s", "--without=sub", "--without=scope"])
def test_a_token_made_otherwise_is_refused(issuer, handler, event, flag):
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(event(issuer.token(flag), "GET /orders/7"))


def test_broken_tokens_are_refused(issuer, handler, event):
    arn = event("any", "GET /orders")["methodArn"]
    for broken in issuer.broken():
        if broken["signed"] and broken["name"] in LENIENT:
            continue
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler({"authorizationToken": "Bearer " + broken["token"], "methodArn": arn})
            print(broken["name"], "is taken:", broken["why"])
