// Dialogs: opened by a button (`data-opens`), or arriving from the server into #dialog-place.

export function open(dialog) {
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.dataset.dialog === "now" && dialog.remove(), { once: true });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.opens));
    return;
  }
  const dialog = event.target.closest("dialog");
  const closes = event.target.closest("[data-close]") || event.target === dialog;
  if (dialog && closes) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("htmx:load", (event) => {
  const arrived = event.target.matches?.('dialog[data-dialog="now"]') ? event.target : null;
  if (arrived && !arrived.open) open(arrived);
});
