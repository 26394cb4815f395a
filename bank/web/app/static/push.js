// Notifications: the browser's own push service wakes the telephone (Push API, RFC 8030). Without them nothing is lost.

import { get, post } from "./api.js";
import { decode64, encode64 } from "./octets.js";

async function findKey() {
  try {
    return (await get("../api/push")).key;
  } catch {
    return null;
  }
}

export async function canPush() {
  return "PushManager" in globalThis && "serviceWorker" in navigator && Notification.permission !== "denied" && Boolean(await findKey());
}

async function findSubscription() {
  const worker = await navigator.serviceWorker.ready;
  return worker.pushManager.getSubscription();
}

export async function isSubscribed() {
  return Notification.permission === "granted" && Boolean(await findSubscription());
}

export async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const key = await findKey();
  const worker = await navigator.serviceWorker.ready;
  try {
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: decode64(key) });
    await post("../api/push", {
      endpoint: made.endpoint,
      p256dh: encode64(made.getKey("p256dh")),
      auth: encode64(made.getKey("auth")),
    });
  } catch {
    return false;
  }
  return true;
}

export async function unsubscribe() {
  const made = await findSubscription();
  if (!made) return true;
  await post("../api/push/forget", { endpoint: made.endpoint });
  return made.unsubscribe();
}
