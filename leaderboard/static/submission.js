// Follows a submission on its page: asks once a second, more seldom while nothing changes or the
// server does not answer, and loads the page again when it has ended.
"use strict";

(() => {
  const FIRST = 1000;
  const LONGEST = 10000;
  const standing = document.getElementById("standing");
  const element = (name) => document.getElementById(name);
  const write = (target, text) => {
    if (target.textContent !== text) target.textContent = text;
  };
  let wait = FIRST;
  let last = "";
  let timer = 0;

  function show(state) {
    element("status").className = "status status-" + state.status;
    write(element("status"), state.status[0].toUpperCase() + state.status.slice(1));
    write(element("line"), state.line);
    write(element("time"), state.time);
    element("bar").max = state.n_total;
    element("bar").value = state.n_done;
    write(element("done"), state.n_done.toLocaleString("en"));
    write(element("total"), state.n_total.toLocaleString("en"));
    if (String(state.n_events) !== standing.dataset.events) {
      standing.dataset.events = String(state.n_events);
      // Rendered and escaped by the server.
      element("event-list").innerHTML = state.events;
    }
  }

  function isUnchanged(state) {
    const now = [state.status, state.step, state.n_done, state.n_events].join();
    const same = now === last;
    last = now;
    return same;
  }

  async function look() {
    try {
      const answer = await fetch(standing.dataset.address, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      element("trouble").hidden = true;
      if (state.is_final) {
        location.reload();
        return;
      }
      show(state);
      wait = isUnchanged(state) ? Math.min(wait * 1.25, LONGEST) : FIRST;
    } catch {
      write(element("trouble"), "The server is not answering at the moment; this page keeps trying. Reload it if you have signed out.");
      element("trouble").hidden = false;
      wait = Math.min(wait * 2, LONGEST);
    }
    again();
  }

  function again() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, wait);
  }

  // Nobody looks at a hidden page: stop, and look at once when it shows again.
  document.addEventListener("visibilitychange", () => {
    wait = FIRST;
    clearTimeout(timer);
    if (!document.hidden) look();
  });
  again();
})();
