// Octets as the bank writes them: base64url without padding (RFC 4648, 5), UTF-8, SHA-256 in hexadecimal.

export function encode64(octets) {
  const text = btoa(String.fromCharCode(...new Uint8Array(octets)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function decode64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

export function encodeText(text) {
  return new TextEncoder().encode(text);
}

export function joinOctets(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  return joined;
}

export function writeHex(octets) {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

export function readHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export async function digest(octets) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
}

export async function digestHex(octets) {
  return writeHex(await digest(octets));
}
