// Where scripts run: after a part of a page was put in place, its heading gets the focus, as after a whole page was loaded.
// What cannot be put in place is loaded as a page, so that a refusal is seen.
"use strict";
document.addEventListener("htmx:after:swap", () => {
  const heading = document.querySelector("#results h2");
  if (heading) heading.focus();
});
