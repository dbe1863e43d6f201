import assert from "node:assert/strict";
import {test} from "node:test";
import {base32, totp} from "../web/totp.js";

// The secret 12345678901234567890 of RFC 6238, appendix B, whose codes of eight digits end so.
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test("codes are those of RFC 6238", async () => {
  for (const [seconds, code] of [[59, "287082"], [1111111109, "081804"], [1111111111, "050471"], [1234567890, "005924"], [2000000000, "279037"], [20000000000, "353130"]]) {
    assert.equal(await totp(secret, seconds * 1000), code);
  }
});

test("a secret may be typed as apps show it", () => {
  assert.deepEqual(base32("gezd gnbv-gy3t qojq="), base32("GEZDGNBVGY3TQOJQ"));
  assert.equal(new TextDecoder().decode(base32("GEZDGNBVGY3TQOJQ")), "1234567890");
  assert.throws(() => base32("A1"), /2 to 7/);
});
