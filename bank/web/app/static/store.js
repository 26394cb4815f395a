// What the telephone keeps, in one record of IndexedDB: keys, counter, and the request that is not answered yet.

const NAME = "securpass";
const SHELF = "phone";

let opened = null;

// Once for the page: a slow telephone takes longer to open it than to read it.
function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
    asked.onsuccess = () => {
      const database = asked.result;
      database.onclose = () => (opened = null); // by the browser, when its storage is wiped
      database.onversionchange = () => {
        database.close();
        opened = null;
      };
      resolve(database);
    };
    asked.onerror = () => {
      opened = null;
      reject(asked.error);
    };
  });
  return opened;
}

async function transact(mode, act, durability = "strict") {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(SHELF, mode, { durability });
    let result = null;
    transaction.oncomplete = () => resolve(result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
    const shelf = transaction.objectStore(SHELF);
    const found = shelf.get(SHELF);
    found.onsuccess = () => {
      result = act(found.result ?? null, shelf);
    };
  });
}

export function readPhone() {
  return transact("readonly", (phone) => phone);
}

// `change` gets the record and gives the new one; both in one transaction. `durability`: "relaxed" for what may be lost.
export function changePhone(change, durability = "strict") {
  const act = (phone, shelf) => {
    const changed = change(phone);
    shelf.put(changed, SHELF);
    return changed;
  };
  return transact("readwrite", act, durability);
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
