import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";
import {proof, timestampOf} from "../web/srp.js";

// What amazon-cognito-identity-js answers, by which the implementations in Go are tested too.
const vectors = JSON.parse(await readFile(new URL("../../../emulators/cognito/srp/testdata/srpvectors.json", import.meta.url), "utf8"));
const named = object => Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
const secretOf = digits => Uint8Array.from(digits.padStart(256, "0").match(/../g), pair => parseInt(pair, 16));

assert.ok(vectors.length >= 5);
for (const {name, pool, user, password, secret, a, salt, b, block, timestamp, signature} of vectors.map(named)) {
  test("as Amazon's: " + name, async () => {
    const {A, answer} = proof(secretOf(secret));
    assert.equal(A, a);
    const challenge = {USER_ID_FOR_SRP: user, SALT: salt, SRP_B: b, SECRET_BLOCK: block}, now = new Date(timestamp);
    assert.deepEqual(await answer(pool, challenge, password, now), {USERNAME: user, PASSWORD_CLAIM_SECRET_BLOCK: block, PASSWORD_CLAIM_SIGNATURE: signature, TIMESTAMP: timestamp});
    assert.notEqual((await answer(pool, challenge, password + "x", now)).PASSWORD_CLAIM_SIGNATURE, signature);
    assert.notEqual((await answer(pool + "x", challenge, password, now)).PASSWORD_CLAIM_SIGNATURE, signature);
  });
}

test("challenges that cannot be answered, or that would give the secret away", async () => {
  const good = {USER_ID_FOR_SRP: "u", SALT: "a1", SRP_B: "b2", SECRET_BLOCK: "AAAA"}, {answer} = proof();
  const N = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff";
  await answer("p", good, "x");
  for (const wrong of [{SRP_B: "0"}, {SRP_B: N}, {SRP_B: "1" + "0".repeat(1024)}, {SRP_B: ""}, {SRP_B: "0x1"}, {SRP_B: undefined}, {SALT: "g"}, {SALT: undefined}, {SECRET_BLOCK: "*"}]) {
    await assert.rejects(answer("p", {...good, ...wrong}, "x"), /cannot be answered/, JSON.stringify(wrong));
  }
});

test("times as Cognito wants them", () => {
  assert.equal(timestampOf(new Date(Date.UTC(2025, 10, 4, 9, 5, 7))), "Tue Nov 4 09:05:07 UTC 2025");
  assert.equal(timestampOf(new Date(Date.UTC(2026, 0, 31, 23, 59, 59))), "Sat Jan 31 23:59:59 UTC 2026");
});

test("no two proofs have the same secret", () => assert.notEqual(proof().A, proof().A));
