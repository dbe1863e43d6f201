// The client's half of SRP as Cognito user pools speak it (USER_SRP_AUTH): it proves that a password is known without sending it. What the
// developer guide leaves open is as in Amazon's amazon-cognito-identity-js, AuthenticationHelper. Unlike api/tokens, which is deployed, this
// computes with numbers whose times tell of them: nobody but the person whose browser it is can measure these.

// N is the group's of 3072 bits (RFC 3526, section 4), and its generator is 2.
const N = BigInt("0x" + `
  FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD
  EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
  EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F
  83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
  E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510
  15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7
  ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C
  BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF`.replace(/\s/g, ""));
const g = 2n;

const hexOf = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");

// numberOf is that of bytes, or of hexadecimal digits of a server, of which there are at most 1024.
const numberOf = digits => {
  const text = digits instanceof Uint8Array ? hexOf(digits) : String(digits);
  if (!/^[0-9a-f]{1,1024}$/i.test(text)) throw badChallenge();
  return BigInt("0x" + text);
};

const badChallenge = () => new Error("The user pool's challenge cannot be answered: its SALT, SRP_B or SECRET_BLOCK is not valid.");

// padded are the bytes of a number as two's complement has them: as few as can be, and a zero byte before a first bit that is set.
function padded(number) {
  let digits = number.toString(16);
  if (digits.length % 2) digits = "0" + digits;
  if (/^[89a-f]/.test(digits)) digits = "00" + digits;
  return Uint8Array.from(digits.match(/../g), pair => parseInt(pair, 16));
}

const text = value => new TextEncoder().encode(value);

const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
};

const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

// power is base to the exponent, modulo N.
function power(base, exponent) {
  let result = 1n;
  for (base = modulo(base); exponent > 0n; exponent >>= 1n, base = base * base % N) if (exponent & 1n) result = result * base % N;
  return result;
}

const modulo = number => (number % N + N) % N;

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// timestampOf is a time as TIMESTAMP has it: a day below 10 has one digit.
export const timestampOf = time => days[time.getUTCDay()] + " " + months[time.getUTCMonth()] + " " + time.getUTCDate() + " " + time.toISOString().slice(11, 19) + " UTC " + time.getUTCFullYear();

// proof begins a sign-in of somebody who knows the password: A is SRP_A, and answer gives the responses to PASSWORD_VERIFIER's parameters, of a
// pool by its name, which is what stands behind the underscore of its id.
export function proof(secret = crypto.getRandomValues(new Uint8Array(128))) {
  if (!crypto.subtle) throw new Error("A browser proves a password on https, and at 127.0.0.1 or localhost, alone.");
  const a = numberOf(secret), A = power(g, a);
  const keyOf = async (B, x) => {
    const u = numberOf(await hash(padded(A), padded(B))), k = numberOf(await hash(padded(N), padded(g)));
    const S = power(B - k * power(g, x), a + u * x);
    const material = await crypto.subtle.importKey("raw", padded(S), "HKDF", false, ["deriveBits"]);
    return crypto.subtle.deriveBits({name: "HKDF", hash: "SHA-256", salt: padded(u), info: text("Caldera Derived Key")}, material, 128);
  };
  const answer = async (pool, {USER_ID_FOR_SRP: user, SALT, SRP_B, SECRET_BLOCK}, password, now = new Date()) => {
    const salt = numberOf(SALT), B = numberOf(SRP_B);
    if (B === 0n || B >= N) throw badChallenge(); // by a multiple of N somebody without the verifier would know the secret (RFC 5054, section 2.5.3)
    const x = numberOf(await hash(padded(salt), await hash(text(pool + user + ":" + password))));
    const key = await crypto.subtle.importKey("raw", await keyOf(B, x), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]), TIMESTAMP = timestampOf(now);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, joined(text(pool + user), bytesOf(SECRET_BLOCK), text(TIMESTAMP))));
    return {USERNAME: user, PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE: btoa(String.fromCharCode(...signature)), TIMESTAMP};
  };
  return {A: A.toString(16), answer};
}

// bytesOf reads base64 in either alphabet, with padding or without.
function bytesOf(base64) {
  try {
    return Uint8Array.from(atob(String(base64).replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "")), letter => letter.charCodeAt(0));
  } catch { throw badChallenge(); }
}
