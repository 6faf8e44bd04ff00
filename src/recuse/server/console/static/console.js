// Where scripts run: after the main part of a page was put in place, what was found has the focus, or what cannot be read.
"use strict";
document.addEventListener("htmx:after:swap", event => {
  const target = event.detail?.ctx?.target?.id;  // a check beside the form, or fields of it: who types goes on typing
  if (["ruling", "evidence", "glass"].includes(target)) return;
  const told = document.querySelector("#errors") ?? document.querySelector("#results h2");
  if (told) told.focus();
});
// In a list of rows, j and k go to the next and the one before, and Enter opens it; only while the focus is in the list.
document.addEventListener("keydown", event => {
  const focused = document.activeElement, list = focused?.closest?.("[data-rows]");
  const step = {j: 1, k: -1}[event.key];
  if (!list || !step || event.ctrlKey || event.altKey || event.metaKey || focused.matches("input, select, textarea")) return;
  const links = [...list.querySelectorAll("tbody th a")], at = links.indexOf(focused);
  const to = links[Math.min(links.length - 1, Math.max(0, at + step))];
  if (to) to.focus();
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
