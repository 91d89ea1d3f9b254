// Keeps the live panels fresh without touching what somebody is typing in.
const EVERY_MS = 2000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const panel of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(panel.id);
    const busy = panel.contains(document.activeElement) || [...panel.querySelectorAll("input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
    if (other && !busy && other.innerHTML !== panel.innerHTML) panel.innerHTML = other.innerHTML;
  }
}

setInterval(() => refresh().catch(() => undefined), EVERY_MS);
