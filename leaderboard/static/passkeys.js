// Asks the browser for a passkey when a form marked data-passkey is sent: "create" makes one, "get"
// uses one. What it answers goes into the form's field `passkey`, and the form to the server.
"use strict";

(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  class Said extends Error {}

  function read(options) {
    const found = { ...options, challenge: bytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) found.excludeCredentials = described(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = described(options.allowCredentials);
    return found;
  }

  function write(credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const part = credential.response[name];
      if (part) response[name] = text(part);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    const { id, type } = credential;
    return JSON.stringify({ id, rawId: text(credential.rawId), type, response });
  }

  async function find(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const body = new FormData(form);
    let answer;
    try {
      answer = await fetch(form.dataset.ask, { method: "POST", body, redirect: "error" });
    } catch {
      throw new Said("The server did not answer, or you waited too long. Reload the page and try again.");
    }
    if (answer.status === 429) throw new Said("Too many attempts. Wait a minute and try again.");
    if (!answer.ok) throw new Said("Passkeys cannot be used now. Reload the page, or enter a code.");
    return answer.json();
  }

  function explain(error, form) {
    if (error instanceof Said) return error.message;
    if (error.name === "NotAllowedError") {
      return form.dataset.passkey === "create"
        ? "No passkey was made: the prompt was closed, or took too long. Try again."
        : "No passkey was used: the prompt was closed, took too long, or this device has none for your account. Try again, or enter a code.";
    }
    if (error.name === "InvalidStateError") return "This device holds a passkey of your account already.";
    if (error.name === "SecurityError") return `Passkeys work at ${form.dataset.origin} only: open this page there.`;
    return `The browser could not do this (${error.name}). Try again, or use another browser or device.`;
  }

  async function ask(form) {
    if (location.origin !== form.dataset.origin) {
      throw new Said(`Passkeys work at ${form.dataset.origin} only: open this page there.`);
    }
    if (!window.PublicKeyCredential) throw new Said("This browser knows no passkeys. Use another one, or a code.");
    const publicKey = read(await find(form));
    const create = form.dataset.passkey === "create";
    return create ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const status = form.querySelector("[role=status]");
    const alert = form.querySelector("[role=alert]");
    const show = (message) => {
      const said = document.createElement("span");
      said.className = "field-error";
      said.textContent = message;
      alert.replaceChildren(...(message ? [said] : []));
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      show("");
      button.disabled = true;
      status.textContent = "Follow what your browser or device asks.";
      try {
        form.elements.passkey.value = write(await ask(form));
        form.submit();
      } catch (error) {
        show(explain(error, form));
        button.disabled = false;
        status.textContent = "";
      }
    });
  }
})();
