// Adds a button that copies to each element marked data-copy, where the browser lets pages copy.
"use strict";

(() => {
  if (!navigator.clipboard) return;
  for (const source of document.querySelectorAll("[data-copy]")) {
    const text = source.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-plain copy";
    button.textContent = "Copy";
    const said = document.createElement("span");
    said.className = "hint copied";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = "Copied";
      } catch {
        said.textContent = "The browser refused: select the text and copy it";
      }
    });
    const row = document.createElement("p");
    row.className = "copy-row";
    row.append(button, said);
    source.after(row);
  }
})();
