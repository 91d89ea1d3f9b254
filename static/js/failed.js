// What a person asked for and no answer came to, or a refusal: said, until something works again. What a page asks for by
// itself, every few seconds, it asks for again.

const note = (name) => document.getElementById("request-failed").content.querySelector(`[data-failed="${name}"]`);
const shown = () => document.querySelector("[data-failed]");

function reason(xhr) {
  if (!xhr.status) return "unreachable";
  return [403, 404].includes(xhr.status) ? "outdated" : "broken";
}

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, ({ detail }) => {
    if (detail.elt.hasAttribute("data-poll")) return;
    shown()?.remove();
    const place = document.querySelector("dialog[open]") ?? document.getElementById("page");
    place.prepend(note(reason(detail.xhr)).cloneNode(true));
  });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) shown()?.remove();
});
