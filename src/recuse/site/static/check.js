// Checks on the reader's device what the page shows of the record: the signature of its head, and that entries stand in it.
// It says that it did, that something does not hold, or that this browser cannot. It asks for nothing and sends nothing.
"use strict";
const record = document.getElementById("record");
const bytesOf = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hexOf = (bytes) => [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
function say(word) {
  for (const each of document.querySelectorAll("[data-check]")) each.hidden = each.dataset.check !== word;
}
async function rootOf(leaf, index, size, proof) {
  if (size === 1n) {
    if (proof.length) throw new Error("long");
    return leaf;
  }
  if (!proof.length) throw new Error("short");
  let middle = 1n;
  while (middle * 2n < size) middle *= 2n;
  const last = proof[proof.length - 1];
  const rest = proof.slice(0, -1);
  if (index < middle) return digest(joined([1], await rootOf(leaf, index, middle, rest), last));
  return digest(joined([1], last, await rootOf(leaf, index - middle, size - middle, rest)));
}
async function holds(key) {
  const note = record.dataset.checkpoint;
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const [name] = record.dataset.verifier.split("+");
  const wanted = "\u2014 " + name + " ";
  const lines = note.slice(cut + 2).split("\n").filter((line) => line.startsWith(wanted));
  const id = record.dataset.verifier.split("+")[1];
  const mine = lines.map((line) => bytesOf(line.slice(wanted.length))).filter((each) => hexOf(each.slice(0, 4)) === id);
  if (!mine.length) return false;
  for (const each of mine) {
    if (!(await crypto.subtle.verify("Ed25519", key, each.slice(4), new TextEncoder().encode(text)))) return false;
  }
  const [origin, size, root] = text.split("\n");
  if (origin !== name) return false;
  for (const each of document.querySelectorAll("[data-leaf]")) {
    let leaf = each.dataset.leaf;
    if (each.dataset.entry) leaf = hexOf(await digest(joined([0], new TextEncoder().encode(each.dataset.entry))));
    if (leaf !== each.dataset.leaf) return false;
    const bytes = Uint8Array.from(leaf.match(/../g).map((pair) => parseInt(pair, 16)));
    const proof = each.dataset.proof.split(" ").filter(Boolean).map(bytesOf);
    const found = await rootOf(bytes, BigInt(each.dataset.number), BigInt(size), proof);
    if (hexOf(found) !== hexOf(bytesOf(root))) return false;
  }
  return true;
}
async function check() {
  let key;
  try {
    const raw = bytesOf(record.dataset.verifier.split("+").slice(2).join("+"));
    key = await crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]);
  } catch {
    say("cannot");
    return;
  }
  try {
    say((await holds(key)) ? "holds" : "fails");
  } catch {
    say("fails");
  }
}
if (record) check();
