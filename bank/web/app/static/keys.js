// The telephone's keys. What can be made not extractable is; the bank learns public keys only.
//
// The code itself is in no key that is kept: the code key is made anew of pepper, salt and code each time a code is
// typed. So neither the telephone nor the bank's books alone have anything by which a code could be tried.

import { decode64, encodeText, joinOctets } from "./octets.js";

const DEVICE = { name: "ECDSA", namedCurve: "P-256" };
const DEVICE_SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const CODE = "Ed25519";
const LABEL = encodeText("securpass code");
// PKCS#8 of an Ed25519 key (RFC 8410, 7), up to its 32 octets.
const PKCS8_HEAD = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

export async function makeKeys() {
  const pair = await crypto.subtle.generateKey(DEVICE, false, ["sign", "verify"]);
  return {
    device: pair.privateKey,
    devicePublic: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    pepper: await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]),
    salt: crypto.getRandomValues(new Uint8Array(16)),
  };
}

async function makeCodeKey(keys, code, extractable) {
  const seed = new Uint8Array(
    await crypto.subtle.sign("HMAC", keys.pepper, joinOctets(LABEL, keys.salt, encodeText(code))),
  );
  const key = joinOctets(PKCS8_HEAD, seed);
  seed.fill(0);
  try {
    return await crypto.subtle.importKey("pkcs8", key, CODE, extractable, ["sign"]);
  } finally {
    key.fill(0);
  }
}

export async function readCodePublic(keys, code) {
  const key = await crypto.subtle.exportKey("jwk", await makeCodeKey(keys, code, true));
  return decode64(key.x);
}

export async function signByCode(keys, code, octets) {
  return new Uint8Array(await crypto.subtle.sign(CODE, await makeCodeKey(keys, code, false), octets));
}

export async function signByDevice(keys, octets) {
  return new Uint8Array(await crypto.subtle.sign(DEVICE_SIGNATURE, keys.device, octets));
}

export async function isSignedByBank(bankKey, octets, signature) {
  const key = await crypto.subtle.importKey("raw", bankKey, CODE, false, ["verify"]);
  return crypto.subtle.verify(CODE, key, signature, octets);
}

export async function canSign() {
  if (!globalThis.isSecureContext || !crypto.subtle) return false;
  try {
    await crypto.subtle.generateKey(CODE, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

// Of four digits, those that are tried first by whoever finds a telephone.
export function findWeakness(code) {
  const digits = [...code].map(Number);
  const steps = digits.slice(1).map((digit, at) => digit - digits[at]);
  if (steps.every((step) => step === 0)) return "same";
  if (steps.every((step) => step === 1) || steps.every((step) => step === -1)) return "row";
  if (code.slice(0, 2) === code.slice(2)) return "pairs";
  if (/^(19|20)\d\d$/.test(code)) return "year";
  return "";
}
