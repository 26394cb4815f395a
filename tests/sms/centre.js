// A mobile operator's message centre for the tests: node-smpp, which knows nothing of ours. What happens is said as a line
// of JSON each on standard output; what it is to do next stands on standard input, whose end is its own.
"use strict";
const readline = require("readline");
const smpp = require("smpp");

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const orders = [];
let count = 0;

function receipt(session, pdu, id, stat) {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611280312 done date:2611280313 stat:${stat} err:000 text:`;
  session.deliver_sm({
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: text,
  });
}

function submitted(session, pdu) {
  const message = pdu.short_message && pdu.short_message.message ? pdu.short_message : pdu.message_payload;
  const id = `m${(count += 1)}`;
  const order = orders.shift() || {};
  say({
    event: "submit", id, to: pdu.destination_addr, ton: pdu.dest_addr_ton, from: pdu.source_addr,
    sender_ton: pdu.source_addr_ton, coding: pdu.data_coding, receipt: pdu.registered_delivery,
    payload: message === pdu.message_payload, text: message.message,
  });
  if (order.hang_up) { session.destroy(); return; }
  if (order.silent) return;
  if (order.status) { session.send(pdu.response({ command_status: order.status })); return; }
  session.send(pdu.response({ message_id: id }));
  if (order.huge) { session.socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff])); return; }
  receipt(session, pdu, id, order.stat || "DELIVRD");
}

function bind(session, pdu) {
  const known = pdu.system_id === "coopnet" && pdu.password === "secret";
  say({ event: "bind", system_id: pdu.system_id, known });
  session.send(pdu.response(known ? { system_id: "centre" } : { command_status: smpp.ESME_RINVPASWD }));
  if (!known) session.close();
}

const server = smpp.createServer((session) => {
  session.on("bind_transceiver", (pdu) => bind(session, pdu));
  session.on("submit_sm", (pdu) => submitted(session, pdu));
  session.on("enquire_link", (pdu) => { say({ event: "enquire" }); session.send(pdu.response()); });
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); });
  session.on("deliver_sm_resp", () => say({ event: "receipt taken" }));
  session.on("error", () => {});
});

readline.createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line);
    if (order.begin) orders.length = 0;
    else orders.push(order);
    say({ event: "ordered" });
  })
  .on("close", () => process.exit(0));
server.listen(Number(process.argv[2] || 0), "127.0.0.1", () => say({ event: "listening", port: server.address().port }));
