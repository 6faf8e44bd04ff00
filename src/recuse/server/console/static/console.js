// Where scripts run: after the main part of a page was put in place, what was found has the focus, or what cannot be read.
"use strict";
document.addEventListener("htmx:after:swap", event => {
  if (event.detail?.ctx?.target?.id === "ruling") return;  // a check beside the form: who types goes on typing
  const told = document.querySelector("#errors") ?? document.querySelector("#results h2");
  if (told) told.focus();
});

// A job's page as it goes on. It asks every two seconds by htmx; where a stream can be had, that takes its place, and where it
// ends or cannot be had, asking goes on.
{
  let following = false;
  const follow = () => {
    const part = document.querySelector("#live[data-stream]");
    if (!part) return;
    following = true;
    if (!window.EventSource) return;
    const { poll, stream } = part.dataset;
    const source = new EventSource(stream);
    source.onmessage = (event) => {
      const held = document.querySelector("#live");
      if (!held) { source.close(); return; }
      const made = document.createRange().createContextualFragment(event.data).querySelector("#live");
      const [before, after] = [held, made].map((each) => each.querySelector("details"));
      if (before && after) after.open = before.open;
      held.replaceWith(made);
    };
    for (const end of ["ended", "gone"]) source.addEventListener(end, () => { source.close(); location.reload(); });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) window.htmx.ajax("GET", poll, { target: "#live", swap: "outerHTML" });
    };
  };
  document.addEventListener("DOMContentLoaded", follow);
  document.addEventListener("htmx:after:swap", () => {
    const part = document.querySelector("#live");
    if (following && part && !part.dataset.stream) location.reload();
  });
}
