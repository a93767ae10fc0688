// Buttons that copy what stands in a field: `data-copy` names the field, `data-copied` what to say then.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.dispatchEvent(
      new CustomEvent("muster:toast", { detail: { text: button.dataset.copied, tone: "good" } }),
    );
  });
}
