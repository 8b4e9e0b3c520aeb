// Shows the API's answers below their forms; without this script a form opens the answer itself.
"use strict";

const SHOWN_CHARACTERS = 20000;

function makeAddress(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.value.trim();
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if (value) query.set(field.name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

async function readAnswer(response) {
  const type = response.headers.get("Content-Type") || "";
  if (!type.includes("json")) {
    const size = (await response.blob()).size;
    return `${type}, ${size.toLocaleString("en")} bytes`;
  }
  const text = JSON.stringify(await response.json(), null, 2);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}\n… cut here` : text;
}

function show(place, address, line, answer) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = address;
  link.className = "break";
  const head = document.createElement("p");
  head.append(link, ` ${line}`);
  const body = document.createElement("pre");
  body.tabIndex = 0;
  body.setAttribute("role", "group");
  body.setAttribute("aria-label", "Answer");
  body.textContent = answer;
  place.replaceChildren(head, body);
}

async function ask(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const place = form.closest("section").querySelector("[data-answer]");
  const address = makeAddress(form);
  const token = document.getElementById("token").value.trim();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const began = performance.now();
  try {
    const response = await fetch(address, { headers, credentials: "omit" });
    const answer = await readAnswer(response);
    const took = Math.round(performance.now() - began);
    show(place, address, `answered ${response.status} in ${took} ms`, answer);
  } catch {
    show(place, address, "could not be reached", "No answer came. Is the server there?");
  }
}

for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
for (const form of document.querySelectorAll("form[data-path]")) form.addEventListener("submit", ask);
