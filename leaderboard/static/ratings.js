// The page of one report: saves each choice, moves between dimensions by keys, shows images large.
// Without it the page is a plain form.
"use strict";

(() => {
  const form = document.getElementById("rating-form");
  const groups = [...form.querySelectorAll("fieldset.dimension:not([disabled])")];
  const finish = document.getElementById("finish");
  const saving = document.getElementById("saving");
  const trouble = document.getElementById("trouble");
  const waiting = new Map();
  let isSaving = false;

  const chosen = (group) => group.querySelector("input:checked");
  const nChosen = () => groups.filter(chosen).length;

  function show(message) {
    trouble.hidden = !message;
    trouble.textContent = message;
  }

  function count() {
    document.getElementById("n-rated").textContent = String(nChosen());
    finish.disabled = nChosen() < groups.length;
  }

  async function saveWaiting() {
    if (isSaving || !waiting.size) return;
    isSaving = true;
    const sent = new Map(waiting);
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    for (const [name, value] of sent) body.set(name, value);
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body, redirect: "error" });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.message + " " + said.remedy);
      for (const [name, value] of sent) if (waiting.get(name) === value) waiting.delete(name);
      saving.textContent = waiting.size ? "Saving" : "Saved";
      show("");
    } catch (error) {
      saving.textContent = "";
      const words = error instanceof TypeError || error instanceof SyntaxError ? "The server does not answer." : error.message;
      show("Not saved: " + words + " It will be tried again with your next choice; Save sends everything.");
      isSaving = false;
      return;
    }
    isSaving = false;
    saveWaiting();
  }

  function goTo(group) {
    const target = group ? chosen(group) || group.querySelector("input") : finish;
    target.focus({ preventScroll: true });
    (group || finish).scrollIntoView({ block: "nearest" });
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const group = document.activeElement.closest("fieldset.dimension");
    const place = groups.indexOf(group);
    const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
    if (step) {
      const next = place < 0 ? (step > 0 ? 0 : groups.length - 1) : place + step;
      if (next >= 0) goTo(groups[next]);
    } else if (group && /^[1-5]$/.test(event.key)) {
      const input = group.querySelector(`input[value="${event.key}"]`);
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      goTo(groups[place + 1]);
    } else {
      return;
    }
    event.preventDefault();
  }

  function prepareForm() {
    form.querySelector(".keys").hidden = false;
    form.addEventListener("change", (event) => {
      waiting.set(event.target.name, event.target.value);
      count();
      saving.textContent = "Saving";
      saveWaiting();
    });
    form.addEventListener("keydown", onKey);
    window.addEventListener("beforeunload", (event) => {
      if (waiting.size) event.preventDefault();
    });
    form.addEventListener("submit", () => waiting.clear());
    count();
    // Where report and ratings stand side by side, keys work at once and nothing moves.
    if (matchMedia("(min-width: 64rem)").matches) {
      const first = groups.find((group) => !chosen(group)) || groups[0];
      first.querySelector("input").focus({ preventScroll: true });
    }
  }

  function prepareViewer() {
    const viewer = document.getElementById("viewer");
    const links = [...document.querySelectorAll("a.enlarge")];
    const image = viewer.querySelector("img");
    let place = 0;

    function open(next) {
      place = (next + links.length) % links.length;
      image.src = links[place].href;
      image.alt = links[place].querySelector("img").alt.replace(" (click to enlarge)", "");
      if (!viewer.open) viewer.showModal();
    }

    links.forEach((link, at) =>
      link.addEventListener("click", (event) => {
        event.preventDefault();
        open(at);
      }),
    );
    viewer.addEventListener("click", (event) => {
      if (event.target === viewer || "close" in event.target.dataset) viewer.close();
      else if (event.target.dataset.step) open(place + Number(event.target.dataset.step));
    });
    viewer.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) open(place + step);
    });
    viewer.addEventListener("close", () => links[place].focus());
  }

  if (groups.length) prepareForm();
  prepareViewer();
})();
