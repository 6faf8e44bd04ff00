// Where scripts run: after the main part of a page was put in place, what was found has the focus, or what cannot be read.
"use strict";
document.addEventListener("htmx:after:swap", event => {
  if (event.detail?.ctx?.target?.id === "ruling") return;  // a check beside the form: who types goes on typing
  const told = document.querySelector("#errors") ?? document.querySelector("#results h2");
  if (told) told.focus();
});
