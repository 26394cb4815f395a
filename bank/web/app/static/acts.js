// The telephone's acts: each is one signed request with the next number of its counter.
//
// It is written down before it is sent, whole and signed, and repeated unchanged until the bank has answered: whatever
// becomes of the network, the bank does it once, and a second telephone with the same keys is found out. Two pages
// of the same telephone wait for each other (Web Locks).

import { Refused, Unreached, post, postText } from "./api.js";
import { signByCode, signByDevice } from "./keys.js";
import { decode64, digest, digestHex, encode64, encodeText, readHex } from "./octets.js";
import { changePhone, readPhone } from "./store.js";

const LOCK = "securpass-act";
const NOTHING = new Uint8Array();

// It was written down, and perhaps sent; the bank has not answered.
export class Unanswered extends Error {}

// Nobody confirmed: no finger, or the browser's question was put away.
export class NotConfirmed extends Error {}

export async function readChallenge() {
  return decode64((await post("../api/challenge")).challenge);
}

// `proof`: {by: "device"}, {by: "code", code}, or {by: "biometrics"}. `about`: the octets that it is about.
export function perform({ act, about = NOTHING, match = "", proof, path, extra = {} }) {
  return navigator.locks.request(LOCK, async () => {
    const phone = await repeatUnanswered();
    const counter = phone.counter + 1;
    const said = { version: 1, act, about: await digestHex(about), match, device: phone.device, counter };
    const request = encodeText(JSON.stringify({ ...said, at: Date.now(), by: proof.by }));
    const envelope = await sign(phone, request, proof);
    const pending = { path, body: JSON.stringify({ ...extra, envelope }) };
    await changePhone((kept) => ({ ...kept, counter, pending }));
    return send(pending);
  });
}

async function sign(phone, request, proof) {
  const both = [signByDevice(phone.keys, request), proof.by === "code" ? signByCode(phone.keys, proof.code, request) : null];
  const [byDevice, byCode] = await Promise.all(both);
  const envelope = { request: encode64(request), device_signature: encode64(byDevice) };
  if (byCode) envelope.code_signature = encode64(byCode);
  if (proof.by === "biometrics") envelope.assertion = await assertPresence(phone, await digest(request));
  return envelope;
}

async function assertPresence(phone, challenge) {
  const wanted = {
    challenge,
    rpId: location.hostname,
    allowCredentials: [{ type: "public-key", id: decode64(phone.credential) }],
    userVerification: "required",
  };
  let shown;
  try {
    shown = await navigator.credentials.get({ publicKey: wanted });
  } catch {
    throw new NotConfirmed();
  }
  return {
    credential: encode64(shown.rawId),
    authenticator_data: encode64(shown.response.authenticatorData),
    client_data: encode64(shown.response.clientDataJSON),
    signature: encode64(shown.response.signature),
  };
}

async function send(pending) {
  let answer;
  try {
    answer = await postText(pending.path, pending.body);
  } catch (error) {
    if (error instanceof Unreached) throw new Unanswered();
    if (error instanceof Refused) await forgetPending(pending);
    throw error;
  }
  await forgetPending(pending);
  return answer;
}

// Should that be lost, it is sent once more, and answered the same.
function forgetPending(pending) {
  return changePhone((kept) => (kept?.pending?.body === pending.body ? { ...kept, pending: null } : kept), "relaxed");
}

// Inside the lock. What the bank says to it concerns whoever asked then; the list of operations tells the rest.
// Resolves with what the telephone keeps afterwards.
async function repeatUnanswered() {
  const phone = await readPhone();
  if (!phone?.pending) return phone;
  try {
    await send(phone.pending);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return readPhone();
}

export function settle() {
  return navigator.locks.request(LOCK, repeatUnanswered);
}

export async function openPhone() {
  const challenge = await readChallenge();
  const extra = { challenge: encode64(challenge) };
  return perform({ act: "open", about: challenge, proof: { by: "device" }, path: "../api/phone", extra });
}

export async function logOn(proof) {
  const challenge = await readChallenge();
  const extra = { challenge: encode64(challenge) };
  return perform({ act: "log-on", about: challenge, proof, path: "../api/log-on-by-phone", extra });
}

export function decide(operation, act, proof, match = "") {
  const path = `../api/operations/${operation.id}/decision`;
  return perform({ act, about: operation.octets, match, proof, path });
}

export function changeCode(codeKey, proof) {
  const extra = { code_key: encode64(codeKey) };
  return perform({ act: "change-code", about: codeKey, proof, path: "../api/settings/code", extra });
}

export function close(proof) {
  return perform({ act: "close", proof, path: "../api/settings/close" });
}

// `wanted`: {log_on, approve}. A credential is made where there is none yet.
export async function setBiometrics(wanted, proof, customer) {
  const challenge = await readChallenge();
  const phone = await readPhone();
  const made = phone.credential || !(wanted.log_on || wanted.approve) ? null : await makeCredential(phone, challenge, customer);
  const credential = made && { attestation_object: made.attestation, client_data: made.client };
  const settings = encodeText(JSON.stringify({ log_on: wanted.log_on, approve: wanted.approve, credential }));
  const extra = { settings: encode64(settings), challenge: encode64(challenge) };
  const answer = await perform({ act: "set-biometrics", about: settings, proof, path: "../api/settings/biometrics", extra });
  if (answer.outcome === "done" && made) await changePhone((kept) => ({ ...kept, credential: made.id }));
  return answer;
}

async function makeCredential(phone, challenge, customer) {
  let made;
  try {
    made = await navigator.credentials.create({
      publicKey: {
        challenge,
        rp: { id: location.hostname, name: "Coop@net" },
        user: { id: readHex(phone.device), name: customer.user, displayName: customer.name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: {
          authenticatorAttachment: "platform",
          residentKey: "discouraged",
          userVerification: "required",
        },
        attestation: "none",
      },
    });
  } catch {
    throw new NotConfirmed();
  }
  return {
    id: encode64(made.rawId),
    attestation: encode64(made.response.attestationObject),
    client: encode64(made.response.clientDataJSON),
  };
}

export async function hasBiometrics() {
  const api = globalThis.PublicKeyCredential;
  return api ? api.isUserVerifyingPlatformAuthenticatorAvailable() : false;
}
