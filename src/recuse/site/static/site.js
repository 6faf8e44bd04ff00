// Leaving in haste: the page is hidden at once, and the way back does not lead to it again. After "Exit this page" of the GOV.UK
// design system (MIT), whose pattern it follows. The link works without this. It keeps and sends nothing.
"use strict";
const exit = document.getElementById("exit");
const said = document.getElementById("exit-said");
const WITHIN = 5000;
let pressed = [];
let combined = false;
let over = 0;

function leave(event) {
  if (event) event.preventDefault();
  forget();
  document.documentElement.classList.add("s-left");
  document.title = " ";
  said.setAttribute("role", "alert");
  said.textContent = said.dataset.gone;
  window.location.replace(exit.href);
}

function forget(words = "") {
  window.clearTimeout(over);
  pressed = [];
  delete exit.parentElement.dataset.pressed;
  said.textContent = words;
}

function shift() {
  const now = Date.now();
  pressed = [...pressed.filter((at) => now - at < WITHIN), now];
  if (pressed.length >= 3) return leave();
  exit.parentElement.dataset.pressed = pressed.length;
  said.textContent = pressed.length === 1 ? said.dataset.first : said.dataset.second;
  window.clearTimeout(over);
  over = window.setTimeout(() => forget(said.dataset.over), WITHIN - (now - pressed[0]));
}

if (exit && said) {
  exit.addEventListener("click", leave);
  // On the way up it is known whether Shift went with another key, as for a capital letter: that is writing, not leaving.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift") return;
    combined = event.shiftKey;
    if (pressed.length) forget();
  }, true);
  document.addEventListener("pointerdown", (event) => {
    combined = event.shiftKey;
    if (pressed.length) forget();
  }, true);
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    if (!combined) shift();
    combined = false;
  }, true);
  // Who comes back by the browser's own memory of pages finds a page that can be read again.
  window.addEventListener("pageshow", () => {
    document.documentElement.classList.remove("s-left");
    said.setAttribute("role", "status");
    forget();
  });
}
