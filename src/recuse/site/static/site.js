// Leaving in haste: the way back does not lead here again where the browser allows that, and the page is hidden at once.
// The link works without this. It keeps and sends nothing.
"use strict";
const exit = document.getElementById("exit");
function leave(event) {
  if (event) event.preventDefault();
  document.documentElement.classList.add("s-left");
  document.title = " ";
  window.location.replace(exit.href);
}
if (exit) {
  exit.addEventListener("click", leave);
  let pressed = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      if (event.key !== "Shift") pressed = [];
      return;
    }
    const now = Date.now();
    pressed = [...pressed.filter((at) => now - at < 5000), now];
    if (pressed.length >= 3) leave();
  });
  // Who comes back by the browser's own memory of pages finds a page that can be read again.
  window.addEventListener("pageshow", () => document.documentElement.classList.remove("s-left"));
}
