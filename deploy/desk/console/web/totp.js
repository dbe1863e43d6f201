// Codes of software tokens, for the accounts whose secret the desk tells.

const step = 30; // seconds that a code is shown

// totp is the code of six digits that an authenticator app shows for a base32 secret (RFC 6238, with its defaults), at a time in milliseconds.
export async function totp(secret, now = Date.now()) {
  if (!globalThis.crypto?.subtle) throw new Error("A browser makes codes only for pages over https, or of this machine. Type the code of an app with the secret " + secret + ".");
  const key = await crypto.subtle.importKey("raw", base32(secret), {name: "HMAC", hash: "SHA-1"}, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(now / 1000 / step)));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff; // RFC 4226, section 5.3
  return String(number % 1e6).padStart(6, "0");
}

// base32 are the bytes of a text in the alphabet of RFC 4648, section 6. Spaces, lower case and padding are as people type them.
export function base32(text) {
  const bytes = [];
  let bits = 0, held = 0;
  for (const letter of text.toUpperCase().replace(/[\s=-]/g, "")) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    if (value < 0) throw new Error("The secret of a software token has letters and the digits 2 to 7.");
    held = (held << 5 | value) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push(held >> (bits -= 8) & 0xff);
  }
  return new Uint8Array(bytes);
}
