// What the telephone keeps, in one record of IndexedDB: keys, counter, and the request that is not answered yet.

const NAME = "securpass";
const SHELF = "phone";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function transact(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(SHELF, mode, { durability: "strict" });
      let result = null;
      transaction.oncomplete = () => resolve(result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      const shelf = transaction.objectStore(SHELF);
      const found = shelf.get(SHELF);
      found.onsuccess = () => {
        result = act(found.result ?? null, shelf);
      };
    });
  } finally {
    database.close();
  }
}

export function readPhone() {
  return transact("readonly", (phone) => phone);
}

// `change` gets the record and gives the new one; both in one transaction.
export function changePhone(change) {
  return transact("readwrite", (phone, shelf) => {
    const changed = change(phone);
    shelf.put(changed, SHELF);
    return changed;
  });
}

export function forgetPhone() {
  return transact("readwrite", (_phone, shelf) => {
    shelf.delete(SHELF);
    return null;
  });
}

// Browsers throw a page's memory away when space is short, unless they were asked not to.
export async function askToKeep() {
  return (await navigator.storage?.persist?.()) ?? false;
}
