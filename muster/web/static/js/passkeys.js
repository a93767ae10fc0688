// Passkeys: a form with `data-passkey` ("add", "use" or "sign-in") gets its `credential` from the browser, and is sent.
// What the browser is asked stands in the page, or for "sign-in" at the form's own address.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function askOptions(form) {
  if (form.dataset.passkey !== "sign-in") {
    const { creation_options: adding, request_options: using } = JSON.parse(
      document.getElementById("js_data").textContent,
    );
    return (adding ?? using).publicKey;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options.publicKey;
}

async function addPasskey(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
      authenticatorSelection: {
        ...options.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) },
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

async function usePasskey(options) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = found.response;
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
    clientExtensionResults: found.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=alert]");
  const say = (words) => {
    said.hidden = !words;
    said.textContent = words;
  };
  if (!window.PublicKeyCredential) {
    say(form.dataset.missing);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    try {
      const options = await askOptions(form);
      const credential = form.dataset.passkey === "add" ? await addPasskey(options) : await usePasskey(options);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // The person closed the browser's question, or it knows no passkey for this site.
      say(form.dataset.failed);
    }
  });
}
