// Follows a worker on the page of an uploaded package, and loads the page again when it has ended.
"use strict";

(() => {
  const FIRST = 1000;
  const LONGEST = 10000;
  const standing = document.getElementById("standing");
  const line = document.getElementById("line");
  let wait = FIRST;

  async function look() {
    try {
      const answer = await fetch(standing.dataset.address, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (state.is_final) {
        location.reload();
        return;
      }
      if (line.textContent !== state.line) line.textContent = state.line;
      wait = Math.min(wait * 1.25, LONGEST);
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
    setTimeout(look, wait);
  }

  setTimeout(look, wait);
})();
