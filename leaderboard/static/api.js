// Shows the OpenAPI document with Swagger UI, and asks this server whatever address the document has.
"use strict";

const place = document.getElementById("api");
const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

follow();
dark.addEventListener("change", follow);
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  tagsSorter: "alpha",
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => {
    // Our page has its main element already.
    place.querySelector("main").setAttribute("role", "group");
    place.querySelector("main").setAttribute("aria-label", "Addresses");
  },
  requestInterceptor: (request) => {
    const asked = new URL(request.url, location.href);
    request.url = location.origin + asked.pathname + asked.search;
    request.credentials = "omit";
    return request;
  },
});
